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
    struct cold *links = &m->cold[index];
    uint32_t slot = (uint32_t)(due_s(f) % WHEEL_S);
    f->slot = slot & (WHEEL_S - 1);
    links->next = 0;
    links->prev = m->slot_tail[slot];
    if (links->prev)
        m->cold[links->prev].next = index;
    else
        m->slot_head[slot] = index;
    m->slot_tail[slot] = index;
}

static void wheel_unlink(Meter *m, uint32_t index) {
    const struct cold *links = &m->cold[index];
    uint32_t slot = m->flows[index].slot;
    if (links->prev)
        m->cold[links->prev].next = links->next;
    else
        m->slot_head[slot] = links->next;
    if (links->next)
        m->cold[links->next].prev = links->prev;
    else
        m->slot_tail[slot] = links->prev;
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
    int result = emit_flow(m, index, end);
    f->key.version = 0;
    return result;
}

static enum end why_quiet(const struct flow *f) { return f->known & K_CLOSED ? E_CLOSED : E_IDLE; }

/* Look at every flow of a slot whose second has come: report it, or put it where it now belongs. */
static int turn_slot(Meter *m, uint32_t slot) {
    uint32_t index = m->slot_head[slot];
    m->slot_head[slot] = m->slot_tail[slot] = 0;
    while (index) {
        uint32_t next = m->cold[index].next;
        __builtin_prefetch(&m->flows[next]);
        if (due_s(&m->flows[index]) > m->now_s)
            wheel_link(m, index);
        else if (finish(m, index, why_quiet(&m->flows[index])) < 0)
            return -1;
        index = next;
    }
    return 0;
}

/* Order of flush: first packet, then uid. */
static bool before(const Meter *m, uint32_t a, uint32_t b) {
    const struct flow *left = &m->flows[a], *right = &m->flows[b];
    if (left->first_ns != right->first_ns)
        return left->first_ns < right->first_ns;
    char texts[2][17];
    flow_uid(&left->key, left->start_ns, texts[0]);
    flow_uid(&right->key, right->start_ns, texts[1]);
    return memcmp(texts[0], texts[1], sizeof texts[0]) <= 0;
}

static uint32_t merge(Meter *m, uint32_t a, uint32_t b) {
    uint32_t head = 0, *tail = &head;
    while (a && b) {
        uint32_t *least_of = before(m, a, b) ? &a : &b;
        *tail = *least_of;
        tail = &m->cold[*least_of].next;
        *least_of = *tail;
    }
    *tail = a ? a : b;
    return head;
}

/* Chain the flows from this place on that stand in order already; move `index` to the first that does not. */
static uint32_t run_of_flows(Meter *m, uint32_t *index) {
    uint32_t head = 0, last = 0;
    for (; *index < m->unused; ++*index) {
        if (m->flows[*index].key.version == 0)
            continue;
        if (last && m->flows[*index].first_ns <= m->flows[last].first_ns)
            break;
        if (last)
            m->cold[last].next = *index;
        else
            head = *index;
        last = *index;
    }
    if (last)
        m->cold[last].next = 0;
    return head;
}

/* Chain every flow in order through `next`, without memory of its own: a merge sort of the runs that there are,
 * where runs[i] was merged of 2^i. Flows that began in order, as most do, make long ones.
 */
static uint32_t sort_flows(Meter *m) {
    uint32_t runs[32] = {0}, all = 0, index = 1;
    while (index < m->unused) {
        uint32_t run = run_of_flows(m, &index);
        int i = 0;
        for (; run && runs[i]; i++) {
            run = merge(m, runs[i], run);
            runs[i] = 0;
        }
        runs[i] = run ? run : runs[i];
    }
    for (int i = 0; i < 32; i++)
        all = merge(m, runs[i], all);
    return all;
}

static void forget_table(Meter *m) {
    m->bucket_mask = (uint32_t)least(FEWEST_BUCKETS, m->most_buckets) - 1;
    memset(m->buckets, 0, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
    memset(m->slot_head, 0, sizeof m->slot_head);
    memset(m->slot_tail, 0, sizeof m->slot_tail);
    m->live = m->free = 0;
    m->unused = 1;
    m->now_s = -1;
    m->calm_from_ns = 0;
    m->calm_ns = 0;
}

/* Report every flow: time went back so far that none of them would end in its time. */
static int begin_anew(Meter *m) {
    for (uint32_t index = sort_flows(m), next; index; index = next) {
        next = m->cold[index].next;
        if (emit_flow(m, index, why_quiet(&m->flows[index])) < 0)
            return -1;
    }
    forget_table(m);
    return 0;
}

/* Move the watermark to this time, if it is later or far back. */
static int advance(Meter *m, int64_t ts_ns) {
    if (drain(m) < 0)
        return -1;
    int64_t before = m->now_s, now_s = ts_ns / NS;
    if (now_s < before && begin_anew(m) < 0)
        return -1;
    m->now_s = now_s;
    m->calm_from_ns = (now_s - BACK_S) * NS;
    m->calm_ns = (uint64_t)(BACK_S + 1) * NS;
    if (before < 0 || now_s < before)
        return 0;
    int64_t last = now_s < before + WHEEL_S ? now_s : before + WHEEL_S;
    for (int64_t second = before + 1; second <= last; second++)
        if (turn_slot(m, (uint32_t)(second % WHEEL_S)) < 0)
            return -1;
    return 0;
}

/* Say whether a packet of this time moves the watermark. */
static inline bool moves_time(const Meter *m, int64_t ts_ns) {
    return (uint64_t)ts_ns - (uint64_t)m->calm_from_ns >= m->calm_ns;
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
static void begin(Meter *m, uint32_t index, const struct waiting *w) {
    struct flow *f = &m->flows[index];
    m->begun++;
    f->start_ns = f->first_ns = f->last_ns = w->frame.ts_ns;
    memset(m->cold[index].mac, 0, sizeof m->cold[index].mac);
    memset(m->cold[index].orig_dst_mac, 0, sizeof m->cold[index].orig_dst_mac);
    f->seen_s = (uint32_t)m->now_s;
    f->orig = (from_responder(&w->packet) ? 1 - w->end : w->end) & 1;
    f->part = 0;
    f->known = 0;
    memset(f->state, 0, sizeof f->state);
    f->counts = (struct counts){0};
    memset(f->flags, 0, sizeof f->flags);
}

/* Use twice as many buckets: as few as the flows need stay in the processor's cache. */
static void more_buckets(Meter *m) {
    m->bucket_mask = 2 * m->bucket_mask + 1;
    memset(m->buckets, 0, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
    for (uint32_t index = 1; index < m->unused; index++) {
        struct flow *f = &m->flows[index];
        if (f->key.version == 0)
            continue;
        uint32_t *bucket = bucket_of(m, &f->key);
        f->hash_next = *bucket;
        *bucket = index;
    }
}

/* Return the index of a new flow with this packet's key, or 0 on an error. */
static uint32_t new_flow(Meter *m, const struct waiting *w) {
    if (m->live >= m->max_flows && evict(m) < 0)
        return 0;
    if (m->live > m->bucket_mask / 2 && m->bucket_mask < m->most_buckets - 1)
        more_buckets(m);
    uint32_t index = m->free;
    if (index)
        m->free = m->flows[index].hash_next;
    else
        index = m->unused++;
    uint32_t *bucket = &m->buckets[w->hash & m->bucket_mask];
    struct flow *f = &m->flows[index];
    f->key = w->key;
    f->hash_next = *bucket;
    *bucket = index;
    m->live++;
    return index;
}

/* Report what ends before this packet: the flow, or a part of it. */
static int divide(Meter *m, uint32_t index, const struct waiting *w) {
    struct flow *f = &m->flows[index];
    const struct packet *p = &w->packet;
    bool opening = p->proto == TCP && (p->flags & (SYN | ACK)) == SYN;
    bool idle = w->frame.ts_ns - f->last_ns > (int64_t)timeout_s(f) * NS;
    bool anew = opening && (f->known & K_CLOSED || begins_anew(f, p, w->end));
    if (idle || anew) {
        if (emit_flow(m, index, idle ? why_quiet(f) : E_CLOSED) < 0)
            return -1;
        begin(m, index, w);
    } else if (w->frame.ts_ns - f->first_ns >= (int64_t)ACTIVE_S * NS ||
               f->counts.wire[w->end] > PART_BYTES - w->frame.wire) {
        if (emit_flow(m, index, E_ACTIVE) < 0)
            return -1;
        f->part++;
        f->first_ns = f->last_ns = w->frame.ts_ns;
        f->counts = (struct counts){0};
        memset(f->flags, 0, sizeof f->flags);
    }
    return 0;
}
