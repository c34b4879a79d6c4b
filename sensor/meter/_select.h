/* Which packets are worth dissecting. Part of _meter.c, twin of select.py. */
/* State of a direction. UDP: packets seen. TCP: below S_TLS the tries made, and S_BASED once base is known. */
enum { S_TRIES = 0x1F, S_BASED = 0x20, S_TLS = 64, S_STREAM = 128, S_IGNORED = 192 };

static bool udp_port(uint16_t port) {
    switch (port) {
    case 53: case 67: case 68: case 137: case 546: case 547: case 1900: case 5351: case 5353: case 5355:
        return true;
    }
    return false;
}

static bool first_port(uint16_t port) { return port == 500 || port == 1194 || port == 4500 || port == 5683; }

static bool starttls_port(uint16_t port) {
    switch (port) {
    case 21: case 25: case 110: case 143: case 587: case 5222:
        return true;
    }
    return false;
}

/* Count a packet of the direction; say whether it is one of the first `most`. */
static bool among_first(struct flow *f, int end, uint8_t most) {
    if (f->state[end] >= most)
        return false;
    f->state[end]++;
    return true;
}

static bool select_fragment(struct flow *f, const struct packet *p, int end) {
    if (p->fragment & 0xFFFE)
        return among_first(f, end, FRAGMENTS);
    return p->sport == 53 || p->dport == 53;
}

/* QUIC, STUN, WireGuard, DTLS, OpenVPN: see select.datagram. */
static bool begins_datagram(const uint8_t *payload, size_t len) {
    if (len < 5)
        return false;
    uint8_t first = payload[0];
    if ((first & 0xC0) == 0xC0)
        return be32(payload + 1) != 0;
    if (first <= 1 && len >= 8 && be32(payload + 4) == 0x2112A442)
        return len >= 20;
    if (first == 1)
        return len == 148 && payload[1] == 0 && payload[2] == 0 && payload[3] == 0;
    if (first == 0x16)
        return payload[1] == 0xFE && len >= 13;
    return (first == 0x38 || first == 0x50) && len >= 14;
}

static bool select_udp(struct flow *f, const struct packet *p, int end) {
    if (p->fragment)
        return select_fragment(f, p, end);
    if (udp_port(p->sport) || udp_port(p->dport))
        return true;
    if (p->sport == 123 || p->dport == 123)
        return (p->payload[0] & 7) == 3;
    if (!among_first(f, end, FIRST_PACKETS))
        return false;
    return first_port(p->sport) || first_port(p->dport) || begins_datagram(p->payload, p->payload_len);
}

static bool begins_http(const uint8_t *payload, size_t len) {
    static const char *const methods[] = {"GET ",     "POST ",   "PUT ",       "HEAD ",        "DELETE ",
                                          "OPTIONS ", "PATCH ",  "CONNECT ",   "TRACE ",       "NOTIFY ",
                                          "SUBSCRIBE ", "UNSUBSCRIBE ", "M-SEARCH ", "HTTP/1.",
                                          "DESCRIBE ", "SETUP ",   "ANNOUNCE ",  "PLAY ",        "RECORD "};
    if (payload[0] < 'A' || payload[0] > 'U') /* most are not: TLS and what is encrypted */
        return false;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (memcmp(payload, methods[i], least(len, strlen(methods[i]))) == 0)
            return true;
    return false;
}

static bool begins_tls(const uint8_t *payload, size_t len) {
    return payload[0] == 0x16 && (len == 1 || payload[1] == 0x03);
}

static bool tls13(const uint8_t *payload, size_t len) {
    if (len < 44)
        return false;
    size_t at = 44u + payload[43] + 5;
    for (int i = 0; i < SERVER_EXTENSIONS && at + 6 <= len; i++) {
        if (be16(payload + at) == 43)
            return be16(payload + at + 4) == 0x0304;
        at += 4u + be16(payload + at + 2);
    }
    return false;
}

static bool begins_mqtt(const uint8_t *payload, size_t len) {
    size_t at = 1;
    while (at < least(len, 4) && payload[at] & 0x80)
        at++;
    if (payload[0] != 0x10 || len < at + 7)
        return false;
    return memcmp(payload + at + 1, "\0\4MQTT", 6) == 0 || memcmp(payload + at + 1, "\0\6MQIs", 6) == 0;
}

static bool begins_openvpn(const uint8_t *payload, size_t len) {
    return len >= 16 && (payload[2] == 0x38 || payload[2] == 0x50) && be16(payload) == len - 2;
}

/* A record that ends what is said in the clear. */
static bool encrypted(const uint8_t *payload, size_t len) {
    bool ends = len > 2 && (payload[0] == 0x14 || payload[0] == 0x17);
    return ends && payload[1] == 3 && payload[2] >= 1 && payload[2] <= 4;
}

static uint16_t hello_limit(const uint8_t *payload, size_t len) {
    if (len < 9 || (payload[5] == 2 && !tls13(payload, len)))
        return HELLO_BYTES;
    uint32_t record = be16(payload + 3), message = 4 + (be32(payload + 5) & 0xFFFFFF);
    return (uint16_t)(message <= record ? least(5 + message, HELLO_BYTES) : HELLO_BYTES);
}

/* A segment that begins `ahead` bytes after the direction's first byte, which was not seen yet. */
static bool overtaking(uint8_t *state, uint32_t ahead) {
    if (ahead & 0x80000000u)
        return false;
    if (ahead > REORDER_BYTES)
        *state = S_IGNORED;
    if (*state >= S_IGNORED || (*state & S_TRIES) >= OVERTAKERS || ahead >= HELLO_BYTES)
        return false;
    ++*state;
    return true;
}

static bool within(struct flow *f, const struct packet *p, int end, uint32_t seq) {
    uint32_t at = seq - f->base[end];
    if (at & 0x80000000u)
        return (uint64_t)at + p->payload_len > (uint64_t)1 << 32;
    uint32_t limit = f->state[end] == S_STREAM ? STREAM_BYTES : f->limit[end];
    if (at > limit + REORDER_BYTES || (f->state[end] == S_TLS && encrypted(p->payload, p->payload_len)))
        f->state[end] = S_IGNORED;
    return at < limit && f->state[end] != S_IGNORED;
}

/* Let the next packet be looked at as this one was, if it is not the last to be tried. */
static void pass_over(struct flow *f, const struct packet *p, int end, uint32_t seq) {
    uint8_t *state = &f->state[end];
    bool starttls = starttls_port(p->sport) || starttls_port(p->dport);
    if (starttls || *state & S_BASED) {
        f->base[end] = seq + p->payload_len;
        *state |= S_BASED;
    }
    int tries = starttls ? STARTTLS_TRIES : TRIES;
    *state = (uint8_t)((*state & S_TRIES) + 1 >= tries ? S_IGNORED : *state + 1);
}

/* Decide what the direction speaks, if this packet holds its first bytes. */
static bool first_bytes(struct flow *f, const struct packet *p, int end, uint32_t seq) {
    uint8_t *state = &f->state[end];
    bool dns = p->sport == 53 || p->dport == 53, based = *state & S_BASED;
    if (based && seq != f->base[end] && !dns)
        return overtaking(state, seq - f->base[end]);
    if (!based)
        f->base[end] = seq;
    if (dns || begins_http(p->payload, p->payload_len)) {
        *state = S_STREAM;
    } else if (begins_tls(p->payload, p->payload_len)) {
        *state = S_TLS;
        f->limit[end] = hello_limit(p->payload, p->payload_len);
    } else if (begins_mqtt(p->payload, p->payload_len) || begins_openvpn(p->payload, p->payload_len)) {
        *state = S_TLS;
        f->limit[end] = FIRST_BYTES;
    } else {
        pass_over(f, p, end, seq);
        return false;
    }
    return within(f, p, end, seq);
}

static bool select_tcp(struct flow *f, const struct packet *p, int end) {
    uint8_t *state = &f->state[end];
    if (*state >= S_IGNORED)
        return false;
    uint32_t seq = p->seq;
    if (p->flags & SYN) {
        seq++;
        if (*state < S_BASED) {
            *state |= S_BASED;
            f->base[end] = seq;
        }
    }
    if (p->payload_len == 0)
        return false;
    return *state < S_TLS ? first_bytes(f, p, end, seq) : within(f, p, end, seq);
}

/* Say whether a SYN begins another connection of the same ends: a device that lost its power counts its ports
 * anew. One sent again has the number from before; more than one without a word behind it is a scan.
 */
static bool begins_anew(const struct flow *f, const struct packet *p, int end) {
    return (f->state[end] & ~S_BASED) != 0 && p->seq + 1 != f->base[end];
}

static bool selected(struct flow *f, const struct packet *p, int end) {
    if (p->proto == TCP)
        return select_tcp(f, p, end);
    if (p->payload_len == 0)
        return false;
    if (p->proto == UDP)
        return select_udp(f, p, end);
    if (p->proto == ICMP6 && p->payload[0] >= 133 && p->payload[0] <= 137)
        return true;
    bool unreachable = (p->proto == ICMP && p->payload[0] == 3) || (p->proto == ICMP6 && p->payload[0] == 1);
    return unreachable && among_first(f, end, FIRST_PACKETS);
}
