/* Frames down to the payload. Part of _meter.c, twin of parse.py. */
enum found { ERROR = -1, NO_FLOW, FLOW }; /* NO_FLOW: counted and reported already */

static enum found bad(Meter *m, const struct frame *frame, const char *name, PyObject *detail) {
    return emit_weird(m, frame->ts_ns, name, detail) < 0 ? ERROR : NO_FLOW;
}

static enum found short_header(Meter *m, const struct frame *frame, const char *name, size_t len, int need) {
    return bad(m, frame, name, PyUnicode_FromFormat("read %zu bytes, expected at least %d", len, need));
}

static inline void parse_tcp(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
    p->payload_bytes = left > 20 ? left - 20 : 0;
    if (left < 20 && p->weird == NULL)
        p->weird = "tcp_short_header";
    if (len < 14)
        return;
    p->seq = be32(rest + 4);
    p->flags = rest[13];
    uint32_t header = (uint32_t)(rest[12] >> 4) * 4;
    if (header < 20 || header > left) {
        if (p->weird == NULL)
            p->weird = "tcp_bad_header_length";
        return;
    }
    p->payload_bytes = left - header;
    if (len > header) {
        p->payload = rest + header;
        p->payload_len = len - header;
    }
    p->cut = p->payload_len < p->payload_bytes;
}

static inline void parse_udp(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
    p->payload_bytes = left > 8 ? left - 8 : 0;
    if (left < 8 && p->weird == NULL)
        p->weird = "udp_short_header";
    if (len < 8)
        return;
    uint32_t length = be16(rest + 4);
    if (length >= 8 && length <= left)
        p->payload_bytes = length - 8;
    else if (length > 0 && length < 8 && p->weird == NULL)
        p->weird = "udp_bad_length";
    p->payload = rest + 8;
    p->payload_len = (uint32_t)least(len - 8, p->payload_bytes);
    p->cut = p->payload_len < p->payload_bytes || length > left;
}

/* Read ports and payload; `len` bytes were captured of the `left` on the wire. */
static inline void parse_transport(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
    if ((p->proto == TCP || p->proto == UDP || p->proto == SCTP) && len >= 4) {
        p->sport = be16(rest);
        p->dport = be16(rest + 2);
    }
    if (p->proto == TCP) {
        parse_tcp(p, rest, len, left);
    } else if (p->proto == UDP) {
        parse_udp(p, rest, len, left);
    } else if (p->proto == SCTP) {
        p->payload_bytes = left > 12 ? left - 12 : 0;
    } else if (p->proto == ICMP || p->proto == ICMP6) {
        if (len >= 2) {
            int answer = icmp_answer(p->proto, rest[0]);
            p->sport = rest[0];
            p->dport = answer < 0 ? rest[1] : (uint16_t)answer;
        }
        p->payload_bytes = left > 8 ? left - 8 : 0;
        p->payload = rest;
        p->payload_len = len;
        p->cut = len < left;
    } else {
        p->payload_bytes = left;
    }
}

/* A fragment that is not the first has no ports. */
static void later_fragment(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
    p->payload_bytes = left;
    if (p->proto == UDP) {
        p->payload = rest;
        p->payload_len = len;
    }
}

static inline enum found parse_ipv4(Meter *m, const struct frame *frame, struct packet *p,
                                    const uint8_t *data, uint32_t len, uint32_t wire) {
    if (len < 20)
        return short_header(m, frame, "ipv4_short_header", len, 20);
    uint32_t header = (data[0] & 0x0Fu) * 4;
    if (data[0] >> 4 != 4 || header < 20) {
        const char *text = "read version %d and %d bytes, expected 4 and 20 to 60";
        return bad(m, frame, "ipv4_bad_header", PyUnicode_FromFormat(text, data[0] >> 4, (int)header));
    }
    uint32_t total = be16(data + 2);
    if (total == 0)
        total = wire;
    if (total < header) {
        const char *text = "read a length of %d, expected at least the header's %d";
        return bad(m, frame, "ipv4_bad_length", PyUnicode_FromFormat(text, (int)total, (int)header));
    }
    if (total > wire) {
        total = wire;
        p->weird = "ipv4_length_beyond_frame";
    }
    p->ip_bytes = total;
    p->version = 4;
    p->proto = data[9];
    p->src = data + 12;
    p->dst = data + 16;
    uint32_t left = total > header ? total - header : 0, end = (uint32_t)least(len, total);
    uint32_t here = end > header ? end - header : 0, place = be16(data + 6) & 0x3FFF;
    if (place)
        p->fragment = (uint64_t)be16(data + 4) << 16 | (place & 0x1FFF) << 1 | place >> 13;
    if (place & 0x1FFF)
        later_fragment(p, here ? data + header : data, here, left);
    else
        parse_transport(p, here ? data + header : data, here, left);
    return FLOW;
}

static bool is_extension(uint8_t proto) {
    return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60;
}

/* Pass over extension headers; one that cannot be read ends the search, as the packet's protocol. */
static void parse_extensions(struct packet *p, uint8_t proto, const uint8_t *rest, uint32_t len, uint32_t left) {
    for (int i = 0; i < MAX_EXTENSIONS; i++) {
        if (!is_extension(proto)) {
            p->proto = proto;
            parse_transport(p, rest, len, left);
            return;
        }
        uint32_t size = 8;
        if (len >= 8 && proto != 44)
            size = proto == 51 ? (rest[1] + 2u) * 4 : (rest[1] + 1u) * 8;
        if (len < 8 || len < size)
            break;
        uint32_t place = proto == 44 ? be16(rest + 2) & 0xFFF9u : 0;
        if (place)
            p->fragment = (uint64_t)be32(rest + 4) << 16 | place >> 3 << 1 | (place & 1);
        proto = rest[0];
        rest += size, len -= size, left -= size;
        if (place >> 3) {
            p->proto = proto;
            later_fragment(p, rest, len, left);
            return;
        }
    }
    p->proto = proto;
    p->payload_bytes = left;
}

static enum found parse_ipv6(Meter *m, const struct frame *frame, struct packet *p, const uint8_t *data,
                             uint32_t len, uint32_t wire) {
    if (len < 40)
        return short_header(m, frame, "ipv6_short_header", len, 40);
    if (data[0] >> 4 != 6) {
        PyObject *detail = PyUnicode_FromFormat("read version %d, expected 6", data[0] >> 4);
        return bad(m, frame, "ipv6_bad_header", detail);
    }
    uint32_t length = be16(data + 4), total = length || data[6] == 59 ? 40 + length : wire;
    if (total > wire) {
        total = wire;
        p->weird = "ipv6_length_beyond_frame";
    }
    p->ip_bytes = total;
    p->version = 6;
    p->src = data + 8;
    p->dst = data + 24;
    parse_extensions(p, data[6], data + 40, (uint32_t)least(len, total) - 40, total - 40);
    return FLOW;
}

static enum other other_kind(uint32_t kind, const uint8_t *body, uint32_t len) {
    switch (kind) {
    case 0x0806: return O_ARP;
    case 0x8035: return O_RARP;
    case 0x888E: return O_EAPOL;
    case 0x88CC: return O_LLDP;
    case 0x8863: return O_PPPOE;
    case 0x9000: return O_LOOPBACK;
    case 0x893A: return O_IEEE1905;
    case 0x88E1: return O_HOMEPLUG;
    case MPLS: case MPLS_MULTICAST: case IN_MPLS: return O_MPLS;
    case PPPOE: case IN_PPP: return O_PPP;
    case NO_FAMILY: return O_NULL;
    case IN_WIFI: return O_WIFI;
    }
    if (kind > 1500)
        return O_ETHERTYPE;
    return len >= 2 && body[0] == 0x42 && body[1] == 0x42 ? O_STP : O_LLC;
}

static bool is_vlan(uint32_t kind) {
    return kind == 0x8100 || kind == 0x88A8 || kind == 0x9100 || kind == 0x9200 || kind == 0x9300;
}

/* Replace kind by that inside one tag; return the tag's length, 0 where there is no (whole) tag. */
static uint32_t unwrap(uint32_t *kind, const uint8_t *data, uint32_t len) {
    if (is_vlan(*kind) && len >= 4) {
        *kind = be16(data + 2);
        return 4;
    }
    if ((*kind == MPLS || *kind == MPLS_MULTICAST) && len >= 5) {
        int nibble = data[4] >> 4;
        if (data[2] & 1)
            *kind = nibble == 4 ? IPV4 : nibble == 6 ? IPV6 : IN_MPLS;
        return 4;
    }
    if (*kind == PPPOE && len >= 8) {
        uint16_t inner = be16(data + 6);
        *kind = inner == 0x21 ? IPV4 : inner == 0x57 ? IPV6 : IN_PPP;
        return 8;
    }
    if (*kind <= 1500 && len >= 8 && memcmp(data, "\xaa\xaa\x03\0\0\0", 6) == 0) {
        *kind = be16(data + 6);
        return 8;
    }
    return 0;
}

static inline enum found parse(Meter *m, const struct frame *frame, struct packet *p) {
    struct head head = parse_link(frame, p);
    if (head.at < 0) {
        const char *name = head.at == LINK_UNKNOWN ? "unknown_link_type" : "link_short_header";
        return bad(m, frame, name, link_trouble(frame, head));
    }
    uint32_t kind = head.kind, len = frame->len - (uint32_t)head.at;
    const uint8_t *data = frame->data + head.at;
    p->vlan = NO_VLAN;
    for (int tags = 0;; tags++) {
        if (tags == MAX_TAGS) {
            const char *text = "read %d tags, expected a network layer after them";
            return bad(m, frame, "link_too_many_tags", PyUnicode_FromFormat(text, MAX_TAGS));
        }
        bool tagged = is_vlan(kind) && p->vlan == NO_VLAN;
        uint32_t size = unwrap(&kind, data, len);
        if (size == 0)
            break;
        if (tagged && (be16(data) & 0x0FFF) != 0)
            p->vlan = be16(data) & 0x0FFF;
        data += size, len -= size;
    }
    uint32_t wire = frame->wire - (frame->len - len);
    if (kind == IPV4)
        return parse_ipv4(m, frame, p, data, len, wire);
    if (kind == IPV6)
        return parse_ipv6(m, frame, p, data, len, wire);
    enum other other = other_kind(kind, data, len);
    m->others[other]++;
    bool dissected = other == O_ARP || other == O_LLDP;
    return dissected && emit_other(m, frame, p, other, data, len) < 0 ? ERROR : NO_FLOW;
}
