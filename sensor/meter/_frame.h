/* One frame counted in its flow. Part of _meter.c, twin of reference.py. */
/* A reset closes a TCP flow, as do both ends' FINs; its timeout is then short. */
static void ending(Meter *m, uint32_t index, uint8_t flags, int end) {
    struct flow *f = &m->flows[index];
    if (flags & FIN)
        f->known |= K_FIN0 << end;
    bool both = (f->known & (K_FIN0 | K_FIN1)) == (K_FIN0 | K_FIN1);
    if (!(f->known & K_CLOSED) && (flags & RST || both)) {
        f->known |= K_CLOSED;
        wheel_unlink(m, index);
        wheel_link(m, index);
    }
}

static int count(Meter *m, uint32_t index, const struct waiting *w) {
    struct flow *f = &m->flows[index];
    const struct packet *p = &w->packet;
    int end = w->end;
    f->counts.packets[end] += 1 + p->further;
    f->counts.wire[end] += w->frame.wire;
    f->counts.ip[end] += p->ip_bytes;
    f->counts.payload[end] += p->payload_bytes;
    f->flags[end] |= p->flags;
    if (w->frame.ts_ns > f->last_ns)
        f->last_ns = w->frame.ts_ns;
    f->seen_s = (uint32_t)m->now_s;
    if (p->src_mac != NULL && !(f->known & K_MAC0 << end)) {
        memcpy(m->cold[index].mac[end], p->src_mac, 6);
        f->known |= K_MAC0 << end;
    }
    if (p->dst_mac != NULL && end == f->orig && !(f->known & K_DST)) {
        memcpy(m->cold[index].orig_dst_mac, p->dst_mac, 6);
        f->known |= K_DST;
    }
    if (p->flags & (FIN | RST))
        ending(m, index, p->flags, end);
    if (p->weird != NULL && emit_weird_in_flow(m, w, index) < 0)
        return -1;
    return selected(f, p, end) ? emit_packet(m, w, index) : 0;
}

/* Write the packet's key; return which end sent it. */
static inline int key_of(const struct packet *p, struct key *k) {
    int end;
    if (p->version == 4) {
        uint32_t src = be32(p->src), dst = be32(p->dst);
        end = src > dst || (src == dst && p->sport > p->dport);
        memset(k->address, 0, sizeof k->address);
        memcpy(k->address[end], p->src, 4);
        memcpy(k->address[1 - end], p->dst, 4);
    } else {
        uint64_t src = be64(p->src), dst = be64(p->dst);
        if (src == dst)
            src = be64(p->src + 8), dst = be64(p->dst + 8);
        end = src > dst || (src == dst && p->sport > p->dport);
        memcpy(k->address[end], p->src, 16);
        memcpy(k->address[1 - end], p->dst, 16);
    }
    k->port[end] = p->sport;
    k->port[1 - end] = p->dport;
    k->vlan = p->vlan;
    k->proto = p->proto;
    k->version = p->version;
    return end;
}

/* Count a packet in its flow, new or known. */
static int into_flow(Meter *m, const struct waiting *w) {
    uint32_t index = m->buckets[w->hash & m->bucket_mask];
    while (index && !same_key(&m->flows[index].key, &w->key))
        index = m->flows[index].hash_next;
    if (index) {
        if (divide(m, index, w) < 0)
            return -1;
    } else {
        if ((index = new_flow(m, w)) == 0)
            return -1;
        begin(m, index, w);
        wheel_link(m, index);
    }
    return count(m, index, w);
}

static inline void fetch_flow(const Meter *m, uint32_t index) {
    const char *flow = (const char *)&m->flows[index];
    __builtin_prefetch(flow, 1);
    __builtin_prefetch(flow + 64, 1);
}

/* Fetch the buckets of all packets that wait, then the flow at the head of each, then in a large table the one
 * behind it where the head is another flow: memory is waited for once, not packet by packet.
 */
static void fetch_flows(Meter *m, int count) {
    for (int i = 0; i < count; i++) {
        m->waiting[i].hash = hash_of(m->hash_key, &m->waiting[i].key);
        __builtin_prefetch(&m->buckets[m->waiting[i].hash & m->bucket_mask]);
    }
    for (int i = 0; i < count; i++)
        fetch_flow(m, m->buckets[m->waiting[i].hash & m->bucket_mask]);
    if (m->live < CACHED_FLOWS)
        return;
    for (int i = 0; i < count; i++) {
        const struct flow *head = &m->flows[m->buckets[m->waiting[i].hash & m->bucket_mask]];
        if (!same_key(&head->key, &m->waiting[i].key))
            fetch_flow(m, head->hash_next);
    }
}

/* Count the packets that wait, in their order. */
static int drain(Meter *m) {
    int count = m->waiting_count;
    m->waiting_count = 0;
    fetch_flows(m, count);
    for (int i = 0; i < count; i++)
        if (into_flow(m, &m->waiting[i]) < 0)
            return -1;
    return 0;
}

/* Let the packet that was read into the first free place wait for its batch. */
static inline int enqueue(Meter *m) {
    struct waiting *w = &m->waiting[m->waiting_count];
    w->end = key_of(&w->packet, &w->key);
    return ++m->waiting_count == BATCH ? drain(m) : 0;
}

/* Count one frame: the entry below every file format. */
static inline int take_frame(Meter *m, const struct frame *frame) {
    m->packets++;
    m->wire_bytes += frame->wire;
    if (moves_time(m, frame->ts_ns) && advance(m, frame->ts_ns) < 0)
        return -1;
    struct waiting *w = &m->waiting[m->waiting_count];
    w->frame = *frame;
    w->packet = (struct packet){0};
    enum found found = parse(m, &w->frame, &w->packet);
    if (found != FLOW)
        return found == ERROR ? -1 : 0;
    m->flow_packets++;
    return enqueue(m);
}
