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

static int count(Meter *m, uint32_t index, const struct frame *frame, const struct packet *p, int end) {
    struct flow *f = &m->flows[index];
    f->counts.packets[end] += 1 + p->further;
    f->counts.wire[end] += frame->wire;
    f->counts.ip[end] += p->ip_bytes;
    f->counts.payload[end] += p->payload_bytes;
    f->flags[end] |= p->flags;
    if (frame->ts_ns > f->last_ns)
        f->last_ns = frame->ts_ns;
    f->seen_s = (uint32_t)m->now_s;
    if (p->src_mac != NULL && !(f->known & K_MAC0 << end)) {
        memcpy(f->mac[end], p->src_mac, 6);
        f->known |= K_MAC0 << end;
    }
    if (p->dst_mac != NULL && end == f->orig && !(f->known & K_DST)) {
        memcpy(f->orig_dst_mac, p->dst_mac, 6);
        f->known |= K_DST;
    }
    if (p->flags & (FIN | RST))
        ending(m, index, p->flags, end);
    if (p->weird != NULL && emit_weird_in_flow(m, frame, p, f) < 0)
        return -1;
    return selected(f, p, end) ? emit_packet(m, frame, p, f, end == f->orig) : 0;
}

/* Write the packet's key; return which end sent it. */
static int key_of(const struct packet *p, struct key *k) {
    size_t size = p->version == 4 ? 4 : 16;
    int order = memcmp(p->src, p->dst, size);
    int end = order > 0 || (order == 0 && p->sport > p->dport);
    memset(k, 0, sizeof *k);
    memcpy(k->address[end], p->src, size);
    memcpy(k->address[1 - end], p->dst, size);
    k->port[end] = p->sport;
    k->port[1 - end] = p->dport;
    k->vlan = p->vlan;
    k->proto = p->proto;
    k->version = p->version;
    return end;
}

/* Count a packet in its flow, new or known. */
static int into_flow(Meter *m, const struct frame *frame, const struct packet *p) {
    struct key k;
    int end = key_of(p, &k);
    uint32_t *bucket = bucket_of(m, &k), index = *bucket;
    while (index && memcmp(&m->flows[index].key, &k, sizeof k) != 0)
        index = m->flows[index].hash_next;
    if (index) {
        if (divide(m, &m->flows[index], frame, p, end) < 0)
            return -1;
    } else {
        if ((index = new_flow(m, &k)) == 0)
            return -1;
        begin(m, &m->flows[index], frame, p, end);
        wheel_link(m, index);
    }
    return count(m, index, frame, p, end);
}

/* Count one frame: the entry below every file format. */
static int take_frame(Meter *m, const struct frame *frame) {
    m->packets++;
    m->wire_bytes += frame->wire;
    if (frame->ts_ns >= m->next_second_ns && advance(m, frame->ts_ns) < 0)
        return -1;
    struct packet p = {0};
    enum found found = parse(m, frame, &p);
    if (found != FLOW)
        return found == ERROR ? -1 : 0;
    m->flow_packets++;
    return into_flow(m, frame, &p);
}
