/* The link layer: MACs, and what follows it. Part of _meter.c, twin of link.py, which gives the sources. */
enum link {
    L_NULL = 0, L_ETHERNET = 1, L_PPP = 9, L_RAW_BSD = 12, L_RAW_BSDI = 14, L_SERIAL = 50, L_PPPOE = 51,
    L_RAW = 101, L_HDLC = 104, L_WIFI = 105, L_LOOP = 108, L_SLL = 113, L_RADIOTAP = 127, L_RAW4 = 228,
    L_RAW6 = 229, L_NFLOG = 239, L_SLL2 = 276
};
enum { IPV4 = 0x0800, IPV6 = 0x86DD, PPPOE = 0x8864, MPLS = 0x8847, MPLS_MULTICAST = 0x8848 };
enum { IN_MPLS = 0x10000, IN_PPP, NO_FAMILY, IN_WIFI }; /* not IP inside MPLS, PPP, a null header, 802.11 */
enum { TO_DS = 0x01, FROM_DS = 0x02, WIFI_PROTECTED = 0x40, WIFI_ORDER = 0x80 };
enum { WIFI_DATA = 2, WIFI_NO_DATA = 0x4, WIFI_QOS = 0x8 };

/* What a link layer reader returns: where the next header begins, or one of these. */
enum { LINK_UNKNOWN = -1, LINK_SHORT = -2, WIFI_SHORT = -3, RADIOTAP_SHORT = -4 };

struct head {
    uint32_t kind;
    int at, need; /* need: bytes expected at least, where there are fewer */
};

static uint32_t family_kind(uint32_t family) {
    if (family == 2)
        return IPV4;
    return family == 10 || family == 24 || family == 28 || family == 30 ? IPV6 : NO_FAMILY;
}

static struct head read_null(const uint8_t *data) {
    uint32_t kind = family_kind(le32(data));
    return (struct head){kind == NO_FAMILY ? family_kind(be32(data)) : kind, 4, 4};
}

static uint32_t ppp_kind(uint32_t protocol) {
    return protocol == 0x21 ? IPV4 : protocol == 0x57 ? IPV6 : IN_PPP;
}

static struct head read_ppp(const uint8_t *data) {
    int at = data[0] == 0xFF && data[1] == 0x03 ? 2 : 0;
    if (data[at] & 1)
        return (struct head){ppp_kind(data[at]), at + 1, 4};
    return (struct head){ppp_kind(be16(data + at)), at + 2, 4};
}

static struct head read_nflog(const uint8_t *data, uint32_t len) {
    uint32_t at = 4;
    for (int i = 0; i < MAX_ATTRIBUTES && len >= 4 && at <= len - 4; i++) {
        uint32_t size = le16(data + at);
        if (le16(data + at + 2) == 9)
            return (struct head){family_kind(data[0]), (int)at + 4, 4};
        if (size < 4)
            break;
        at += (size + 3) & ~3u;
    }
    return (struct head){NO_FAMILY, 4, 4};
}

/* A frame of IEEE 802.11 that begins at `at`, of which 24 bytes are there. */
static struct head read_wifi(struct packet *p, const uint8_t *data, uint32_t len, uint32_t at, bool padded) {
    const uint8_t *frame = data + at;
    uint8_t subtype = frame[0] >> 4, flags = frame[1], ways = flags & (TO_DS | FROM_DS);
    bool four = ways == (TO_DS | FROM_DS), quality = subtype & WIFI_QOS;
    uint32_t size = four ? 30 : 24, quality_at = size;
    if (quality)
        size += flags & WIFI_ORDER ? 6 : 2;
    if ((frame[0] >> 2 & 3) != WIFI_DATA || frame[0] & 3 || subtype & WIFI_NO_DATA || flags & WIFI_PROTECTED)
        return (struct head){IN_WIFI, (int)at, 0};
    if (len - at < size)
        return (struct head){0, WIFI_SHORT, (int)(at + size)};
    p->src_mac = frame + (four ? 24 : ways == FROM_DS ? 16 : 10);
    p->dst_mac = frame + (ways & TO_DS ? 16 : 4);
    bool joined = quality && frame[quality_at] & 0x80, fragment = frame[22] & 0x0F;
    if (padded)
        size = (size + 3) & ~3u;
    return (struct head){joined || fragment ? IN_WIFI : 0, (int)least(at + size, len), 0};
}

static struct head read_radiotap(struct packet *p, const uint8_t *data, uint32_t len) {
    uint32_t size = le16(data + 2), first = le32(data + 4), at = 8;
    if (size < 8 || len < size + 24)
        return (struct head){0, RADIOTAP_SHORT, (int)size + 24};
    bool more = first & 0x80000000u;
    for (; more && at + 4 <= size; at += 4)
        more = data[at + 3] & 0x80;
    if (first & 1) /* the time of the frame, on a multiple of eight */
        at = ((at + 7) & ~7u) + 8;
    return read_wifi(p, data, len, size, first & 2 && at < size && data[at] & 0x20);
}

static int link_need(uint32_t link) {
    switch (link) {
    case L_ETHERNET: return 14;
    case L_SLL: return 16;
    case L_SLL2: return 20;
    case L_RAW: case L_RAW_BSD: case L_RAW_BSDI: case L_RAW4: case L_RAW6: return 1;
    case L_NULL: case L_LOOP: case L_PPP: case L_SERIAL: case L_PPPOE: case L_HDLC: case L_NFLOG: return 4;
    case L_RADIOTAP: return 8;
    case L_WIFI: return 24;
    }
    return LINK_UNKNOWN;
}

/* Read a link layer other than Ethernet, whose needed bytes are there. */
static struct head read_link(uint32_t link, struct packet *p, const uint8_t *data, uint32_t len) {
    switch (link) {
    case L_SLL:
        p->src_mac = be16(data + 4) == 6 ? data + 6 : NULL;
        return (struct head){be16(data + 14), 16, 16};
    case L_SLL2:
        p->src_mac = data[11] == 6 ? data + 12 : NULL;
        return (struct head){be16(data), 20, 20};
    case L_RAW4: return (struct head){IPV4, 0, 1};
    case L_RAW6: return (struct head){IPV6, 0, 1};
    case L_NULL: case L_LOOP: return read_null(data);
    case L_PPP: return read_ppp(data);
    case L_SERIAL:
        if (data[0] != 0x0F && data[0] != 0x8F)
            return read_ppp(data);
        return (struct head){be16(data + 2), 4, 4};
    case L_HDLC: return (struct head){be16(data + 2), 4, 4};
    case L_PPPOE: return (struct head){PPPOE, 0, 4};
    case L_NFLOG: return read_nflog(data, len);
    case L_WIFI: return read_wifi(p, data, len, 0, false);
    case L_RADIOTAP: return read_radiotap(p, data, len);
    }
    return (struct head){data[0] >> 4 != 6 ? IPV4 : IPV6, 0, 1}; /* raw IP */
}

/* Read MACs, kind and where the next header begins, which is below 0 where it cannot be read. */
static inline struct head parse_link(const struct frame *frame, struct packet *p) {
    if (frame->link == L_ETHERNET && frame->len >= 14) {
        p->dst_mac = frame->data;
        p->src_mac = frame->data + 6;
        return (struct head){be16(frame->data + 12), 14, 14};
    }
    int need = link_need(frame->link);
    if (need == LINK_UNKNOWN)
        return (struct head){0, LINK_UNKNOWN, 0};
    if (frame->len < (uint32_t)need)
        return (struct head){0, LINK_SHORT, need};
    return read_link(frame->link, p, frame->data, frame->len);
}

/* Say why a link layer could not be read. */
static PyObject *link_trouble(const struct frame *frame, struct head head) {
    if (head.at == LINK_UNKNOWN) {
        const char *text = "read link type %d, expected Ethernet, Linux cooked, IEEE 802.11, PPP or raw IP";
        return PyUnicode_FromFormat(text, (int)frame->link);
    }
    if (head.at == LINK_SHORT) {
        const char *text = "read %d bytes of link type %d, expected at least %d";
        return PyUnicode_FromFormat(text, (int)frame->len, (int)frame->link, head.need);
    }
    const char *what = head.at == WIFI_SHORT ? "IEEE 802.11" : "radiotap";
    return PyUnicode_FromFormat("read %d bytes of %s, expected at least %d", (int)frame->len, what, head.need);
}
