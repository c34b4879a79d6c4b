/* The flow table: hash, wheel of timeouts, eviction, parts. Part of _meter.c, twin of reference.py. */
static inline uint32_t timeout_s(const struct flow *f) {
    return f->known & K_CLOSED ? CLOSED_S : f->key.proto == TCP ? TCP_IDLE_S : IDLE_S;
}

static inline int64_t due_s(const struct flow *f) { return (int64_t)f->seen_s + timeout_s(f) + 1; }

/* Pair-multiply-shift under secret keys: two flows that anyone can choose meet with a chance of 2^-32 (Thorup,
 * "High Speed Hashing for Integers and Strings", 2015, section 3.5), so that nobody can aim at one bucket.
 */
static inline uint32_t hash_of(const uint64_t keys[HASH_KEYS], const struct key *k) {
    uint32_t words[10];
    memcpy(words, k, sizeof words);
    uint64_t sum = keys[10] + (words[8] + keys[8]) * (words[9] + keys[9]);
    if (k->version == 4) /* the other words are zero */
        return (uint32_t)((sum + (words[0] + keys[0]) * (words[4] + keys[4])) >> 32);
    for (int i = 0; i < 8; i += 2)
        sum += (words[i] + keys[i]) * (words[i + 1] + keys[i + 1]);
    return (uint32_t)(sum >> 32);
}

static uint32_t *bucket_of(Meter *m, const struct key *k) {
    return &m->buckets[hash_of(m->hash_key, k) & m->bucket_mask];
}

static void wheel_link(Meter *m, uint32_t index) {
    struct flow *f = &m->flows[index];
    uint32_t slot = (uint32_t)(due_s(f) % WHEEL_S);
    f->slot = slot & (WHEEL_S - 1);
    f->next = 0;
    f->prev = m->slot_tail[slot];
    if (f->prev)
        m->flows[f->prev].next = index;
    else
        m->slot_head[slot] = index;
    m->slot_tail[slot] = index;
}

static void wheel_unlink(Meter *m, uint32_t index) {
    struct flow *f = &m->flows[index];
    uint32_t slot = f->slot;
    if (f->prev)
        m->flows[f->prev].next = f->next;
    else
        m->slot_head[slot] = f->next;
    if (f->next)
        m->flows[f->next].prev = f->prev;
    else
        m->slot_tail[slot] = f->prev;
}

/* Report a flow that is on no slot, and forget it. */
static int finish(Meter *m, uint32_t index, enum end end) {
    struct flow *f = &m->flows[index];
    uint32_t *at = bucket_of(m, &f->key);
    while (*at != index)
        at = &m->flows[*at].hash_next;
    *at = f->hash_next;
    f->hash_next = m->free;
    m->free = index;
    m->live--;
    return emit_flow(m, f, end);
}

static enum end why_quiet(const struct flow *f) { return f->known & K_CLOSED ? E_CLOSED : E_IDLE; }

/* Look at every flow of a slot whose second has come: report it, or put it where it now belongs. */
static int turn_slot(Meter *m, uint32_t slot) {
    uint32_t index = m->slot_head[slot];
    m->slot_head[slot] = m->slot_tail[slot] = 0;
    while (index) {
        uint32_t next = m->flows[index].next;
        __builtin_prefetch(&m->flows[next]);
        if (due_s(&m->flows[index]) > m->now_s)
            wheel_link(m, index);
        else if (finish(m, index, why_quiet(&m->flows[index])) < 0)
            return -1;
        index = next;
    }
    return 0;
}

/* Move the watermark to this time, if it is later. */
static int advance(Meter *m, int64_t ts_ns) {
    if (drain(m) < 0)
        return -1;
    int64_t before = m->now_s, now_s = ts_ns / NS;
    m->now_s = now_s;
    m->next_second_ns = (now_s + 1) * NS;
    if (before < 0)
        return 0;
    int64_t last = now_s < before + WHEEL_S ? now_s : before + WHEEL_S;
    for (int64_t second = before + 1; second <= last; second++)
        if (turn_slot(m, (uint32_t)(second % WHEEL_S)) < 0)
            return -1;
    return 0;
}

/* Report and forget the flow whose timeout is the nearest. */
static int evict(Meter *m) {
    for (int64_t second = m->now_s + 1; second < m->now_s + WHEEL_S; second++) {
        uint32_t slot = (uint32_t)(second % WHEEL_S), index;
        while ((index = m->slot_head[slot]) != 0) {
            wheel_unlink(m, index);
            if (due_s(&m->flows[index]) > second) {
                wheel_link(m, index);
                continue;
            }
            m->evictions++;
            return finish(m, index, E_EVICTED);
        }
    }
    return 0;
}

static bool is_group(const uint8_t *address, uint8_t version) {
    if (version == 6)
        return address[0] == 0xFF;
    return (address[0] >= 224 && address[0] < 240) || be32(address) == 0xFFFFFFFFu;
}

/* Say whether a flow's first packet was sent by its responder. */
static bool from_responder(const struct packet *p) {
    if (p->proto == TCP && p->flags & SYN)
        return p->flags & ACK;
    if (p->proto != TCP && p->proto != UDP && p->proto != SCTP)
        return false;
    if (p->sport == 0 || p->sport >= SERVICE_PORTS || p->dport < SERVICE_PORTS)
        return false;
    return !(p->dst_mac != NULL && p->dst_mac[0] & 1) && !is_group(p->dst, p->version);
}

/* Make the flow one that begins with this packet of the given end. Its key and links stay. */
static void begin(Meter *m, struct flow *f, const struct frame *frame, const struct packet *p, int end) {
    m->begun++;
    f->start_ns = f->first_ns = f->last_ns = frame->ts_ns;
    f->seen_s = (uint32_t)m->now_s;
    f->orig = (from_responder(p) ? 1 - end : end) & 1;
    f->part = 0;
    f->known = 0;
    memset(f->state, 0, sizeof f->state);
    f->counts = (struct counts){0};
    memset(f->flags, 0, sizeof f->flags);
}

/* Use twice as many buckets: as few as the flows need stay in the processor's cache. */
static void more_buckets(Meter *m) {
    uint32_t count = m->bucket_mask + 1;
    m->bucket_mask = 2 * count - 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t index = m->buckets[i];
        m->buckets[i] = 0;
        while (index) { /* each flow stays, or moves up by `count` */
            struct flow *f = &m->flows[index];
            uint32_t next = f->hash_next, *bucket = bucket_of(m, &f->key);
            f->hash_next = *bucket;
            *bucket = index;
            index = next;
        }
    }
}

/* Return the index of a new flow with this key, or 0 on an error. */
static uint32_t new_flow(Meter *m, const struct key *k) {
    if (m->live >= m->max_flows && evict(m) < 0)
        return 0;
    uint32_t index = m->free;
    if (index)
        m->free = m->flows[index].hash_next;
    else
        index = m->unused++;
    if (m->live > m->bucket_mask && m->bucket_mask < m->most_buckets - 1)
        more_buckets(m);
    uint32_t *bucket = bucket_of(m, k);
    struct flow *f = &m->flows[index];
    f->key = *k;
    f->hash_next = *bucket;
    *bucket = index;
    m->live++;
    return index;
}

/* Report what ends before this packet: the flow, or a part of it. */
static int divide(Meter *m, struct flow *f, const struct frame *frame, const struct packet *p, int end) {
    bool opening = p->proto == TCP && (p->flags & (SYN | ACK)) == SYN;
    bool idle = frame->ts_ns - f->last_ns > (int64_t)timeout_s(f) * NS;
    if (idle || (opening && f->known & K_CLOSED)) {
        if (emit_flow(m, f, why_quiet(f)) < 0)
            return -1;
        begin(m, f, frame, p, end);
    } else if (frame->ts_ns - f->first_ns >= (int64_t)ACTIVE_S * NS || f->counts.wire[end] > PART_BYTES - frame->wire) {
        if (emit_flow(m, f, E_ACTIVE) < 0)
            return -1;
        f->part++;
        f->first_ns = f->last_ns = frame->ts_ns;
        f->counts = (struct counts){0};
        memset(f->flags, 0, sizeof f->flags);
    }
    return 0;
}
