/* ---- ring -----------------------------------------------------------------------------------------------
 * A block of the kernel's TPACKET_V3 ring with PACKET_VNET_HDR (linux/if_packet.h, linux/virtio_net.h), in the
 * machine's byte order. Part of _meter.c, twin of ring.py, which says why each rule is what it is.
 */
enum {
    MAX_SUPER = 1048576,
    MAX_HEADERS = 2048,
    MAX_DATAGRAMS = 128,
    RING_HEADER = 68, /* tpacket3_hdr and sockaddr_ll */
    VNET_BYTES = 10,
    VLAN_VALID = 1 << 4,
    GSO_UDP = 5,
};

struct offload {
    bool tagged, udp;
    uint16_t tci, size; /* size: payload bytes of each segment, 0 where nothing was joined */
};

static inline uint16_t native16(const uint8_t *p) {
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline uint32_t native32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

/* Count a packet that was put together from `further` + 1 packets of a flow, whose lengths are added up. */
static int count_segments(Meter *m, const struct frame *frame, struct packet *p, uint32_t further) {
    m->packets += further + 1;
    m->wire_bytes += frame->wire;
    m->flow_packets += further + 1;
    p->further = further;
    m->waiting[m->waiting_count].frame = *frame;
    m->waiting[m->waiting_count].packet = *p;
    return enqueue(m);
}

/* Datagrams that were joined are told apart again: each may be one worth dissecting. */
static int split_datagrams(Meter *m, const struct frame *frame, const struct packet *whole, uint32_t size) {
    uint32_t headers = frame->wire - whole->payload_bytes, ip_headers = whole->ip_bytes - whole->payload_bytes;
    for (uint32_t at = 0; at < whole->payload_bytes; at += size) {
        struct frame one = *frame;
        struct packet p = *whole;
        p.payload_bytes = (uint32_t)least(size, whole->payload_bytes - at);
        p.payload_len = at < whole->payload_len ? (uint32_t)least(p.payload_bytes, whole->payload_len - at) : 0;
        p.payload = p.payload_len ? whole->payload + at : NULL;
        p.cut = p.payload_len < p.payload_bytes;
        p.ip_bytes = ip_headers + p.payload_bytes;
        one.wire = headers + p.payload_bytes;
        if (count_segments(m, &one, &p, 0) < 0)
            return -1;
    }
    return 0;
}

static int take_ring_frame(Meter *m, struct frame *frame, const struct offload *offload) {
    m->walk.last_ns = frame->ts_ns;
    if (moves_time(m, frame->ts_ns) && advance(m, frame->ts_ns) < 0)
        return -1;
    struct packet p = {0};
    enum found found = parse(m, frame, &p);
    frame->wire += offload->tagged ? 4 : 0;
    if (found != FLOW) {
        m->packets++;
        m->wire_bytes += frame->wire;
        return found == ERROR ? -1 : 0;
    }
    if (offload->tagged && offload->tci & 0x0FFF)
        p.vlan = offload->tci & 0x0FFF;
    uint32_t headers = frame->wire - p.payload_bytes;
    if (offload->size == 0 || p.payload_bytes <= offload->size || headers > MAX_HEADERS)
        return count_segments(m, frame, &p, 0);
    uint32_t further = (p.payload_bytes - 1) / offload->size;
    if (offload->udp) {
        bool datagrams = p.proto == UDP && further < MAX_DATAGRAMS;
        return datagrams ? split_datagrams(m, frame, &p, offload->size) : count_segments(m, frame, &p, 0);
    }
    frame->wire += further * headers;
    p.ip_bytes += further * (p.ip_bytes - p.payload_bytes);
    return count_segments(m, frame, &p, further);
}

/* Read the frame whose header begins at `at` of a block of `len` bytes; false where it does not lie in it. */
static bool read_ring_frame(const uint8_t *block, size_t len, size_t at, struct frame *frame,
                            struct offload *offload) {
    if (len - at < RING_HEADER)
        return false;
    const uint8_t *p = block + at;
    uint32_t captured = native32(p + 12), wire = native32(p + 16), status = native32(p + 20);
    size_t mac = native16(p + 24);
    if (mac < RING_HEADER + VNET_BYTES || len - at < mac || len - at - mac < captured || wire > MAX_SUPER ||
        captured > MAX_CAPTURED)
        return false;
    *frame = (struct frame){(int64_t)native32(p + 4) * NS + native32(p + 8), wire > captured ? wire : captured,
                            L_ETHERNET, captured, p + mac};
    const uint8_t *vnet = p + mac - VNET_BYTES;
    bool joined = vnet[1] != 0;
    *offload = (struct offload){
        .tagged = status & VLAN_VALID,
        .tci = (uint16_t)native32(p + 32),
        .size = joined ? native16(vnet + 4) : 0,
        .udp = (vnet[1] & 0x7F) == GSO_UDP,
    };
    return true;
}

static int walk_ring(Meter *m, const uint8_t *block, size_t len) {
    __atomic_thread_fence(__ATOMIC_ACQUIRE); /* the caller has seen the kernel hand the block over */
    uint32_t left = len >= 48 ? native32(block + 12) : 0;
    size_t at = len >= 48 ? native32(block + 16) : 0;
    while (left > 0) {
        struct frame frame;
        struct offload offload;
        uint32_t following = at <= len && len - at >= 4 ? native32(block + at) : 0;
        bool ends = following < RING_HEADER && left > 1;
        if (ends || at > len || !read_ring_frame(block, len, at, &frame, &offload)) {
            const char *text = "read a frame at byte %zu of a block of %zu, expected it inside";
            return emit_loss(m, "corrupt_block", left, PyUnicode_FromFormat(text, at, len));
        }
        if (take_ring_frame(m, &frame, &offload) < 0)
            return -1;
        at += following;
        left--;
    }
    int result = drain(m);
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* the caller hands the block back */
    return result;
}

/* Return what the passing of time alone ends: live, flows must end while the line is quiet. */
static PyObject *meter_tick(Meter *m, PyObject *now) {
    long long ts_ns = PyLong_AsLongLong(now);
    if (ts_ns == -1 && PyErr_Occurred())
        return NULL;
    if (m->flushing || m->batch != NULL || ts_ns < 0)
        return PyErr_Format(PyExc_ValueError, "expected nanoseconds since 1970, and no flush under way");
    int result = open_batch(m, NULL) == NULL ? -1 : 0;
    if (result == 0 && moves_time(m, ts_ns))
        result = advance(m, ts_ns);
    return close_batch(m, result);
}
