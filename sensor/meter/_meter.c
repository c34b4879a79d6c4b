/* The native meter: blocks of a capture in, flow records and the few packets worth dissecting out.
 *
 * Twin of walk.py, parse.py, select.py and reference.py, which say why each rule is what it is: section by
 * section, both must give the same list on every capture. Sections: bytes, hashes, text, records, flow table,
 * select, parse, frame, walk, ring (in _ring.h), module.
 *
 * Every byte read here is hostile. Rules that keep this safe: a pointer into a block travels with the length
 * that follows it, is compared before it is read, and is never moved past the end; multi-byte values are read
 * byte by byte or through memcpy; nothing is kept of a block but copies.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Bounds; their reasons stand beside the same names in walk.py, parse.py, select.py and reference.py. */
enum {
    MAX_CAPTURED = 262144,
    MAX_RECORD = MAX_CAPTURED + 65536,
    MAX_SKIP = 16777216,
    MAX_INTERFACES = 4096,
    RESYNC_SPAN_S = 86400,
    MIN_RESYNC_CAPTURED = 14,
    TOP_UP = 65536,                    /* bytes of a new block that are joined to an unfinished record */
    REST_BYTES = MAX_RECORD + TOP_UP,  /* what is kept between two blocks, at most */
    MAX_TAGS = 16,
    MAX_EXTENSIONS = 16,
    FIRST_PACKETS = 8,
    FRAGMENTS = 128,
    FIRST_BYTES = 4096,
    SERVER_EXTENSIONS = 32,
    STARTTLS_TRIES = 16,
    HELLO_BYTES = 16384,
    STREAM_BYTES = 65536,
    TRIES = 4,
    OVERTAKERS = 16,
    REORDER_BYTES = 1048576,
    TCP_IDLE_S = 300,
    IDLE_S = 60,
    ACTIVE_S = 300,
    CLOSED_S = 5,
    WHEEL_S = 512,
    SERVICE_PORTS = 1024,
    ADDRESS_TEXTS = 1024, /* cached texts: a home's addresses and those it talks to at one time */
    MAC_TEXTS = 256,
    FEWEST_BUCKETS = 4096, /* 16 KiB */
    FETCH = 128,           /* bytes of the next record that are fetched while this one is counted */
};
#define MAX_SECONDS 0xFFFFFFFFu
#define PART_BYTES 0xFFFFFFFFu
#define NS 1000000000

enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58, SCTP = 132 };
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, ACK = 0x10 };
enum { NO_VLAN = 0xFFFF };

/* Frames without IP, in the order of parse.OTHER_KINDS. */
enum other {
    O_ARP, O_RARP, O_EAPOL, O_LLDP, O_PPPOE, O_LOOPBACK, O_IEEE1905, O_HOMEPLUG,
    O_MPLS, O_PPP, O_NULL, O_LLC, O_STP, O_ETHERTYPE, OTHERS
};

/* Why a flow is reported, in the order of END_TEXTS. */
enum end { E_IDLE, E_ACTIVE, E_CLOSED, E_EVICTED, E_FLUSH, ENDS };
static const char *const END_TEXTS[ENDS] = {"idle", "active", "closed", "evicted", "flush"};

/* ---- bytes ---------------------------------------------------------------------------------------------- */

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t le16(const uint8_t *p) { return (uint16_t)(p[1] << 8 | p[0]); }

static inline uint32_t le32(const uint8_t *p) {
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t le64(const uint8_t *p) { return (uint64_t)le32(p + 4) << 32 | le32(p); }

static inline uint16_t get16(bool big, const uint8_t *p) { return big ? be16(p) : le16(p); }
static inline uint32_t get32(bool big, const uint8_t *p) { return big ? be32(p) : le32(p); }

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* ---- hashes --------------------------------------------------------------------------------------------- */

#define ROTL(x, b) ((x) << (b) | (x) >> (64 - (b)))

struct sip {
    uint64_t a, b, c, d;
};

static inline void sip_round(struct sip *s) {
    s->a += s->b, s->b = ROTL(s->b, 13) ^ s->a, s->a = ROTL(s->a, 32);
    s->c += s->d, s->d = ROTL(s->d, 16) ^ s->c;
    s->a += s->d, s->d = ROTL(s->d, 21) ^ s->a;
    s->c += s->b, s->b = ROTL(s->b, 17) ^ s->c, s->c = ROTL(s->c, 32);
}

static inline struct sip sip_start(uint64_t k0, uint64_t k1) {
    return (struct sip){k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                        k1 ^ 0x7465646279746573u};
}

/* SipHash-1-3: the flow table's hash, under a secret key so that nobody can aim at one bucket. */
static inline void sip13(struct sip *s, uint64_t word) {
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

static inline uint64_t sip13_end(struct sip *s) {
    s->c ^= 0xFF;
    sip_round(s), sip_round(s), sip_round(s);
    return s->a ^ s->b ^ s->c ^ s->d;
}

/* The first 96 bits of the 128-bit SipHash-2-4 of 48 bytes under flowid.UID_KEY. */
static void sip_uid(const uint8_t message[48], uint8_t out[12]) {
    const uint8_t *key = (const uint8_t *)"tattlebox flowid";
    struct sip s = sip_start(le64(key), le64(key + 8));
    s.b ^= 0xEE;
    for (int i = 0; i <= 6; i++) {
        uint64_t word = i < 6 ? le64(message + 8 * i) : (uint64_t)48 << 56;
        s.d ^= word;
        sip_round(&s), sip_round(&s);
        s.a ^= word;
    }
    uint64_t half[2];
    s.c ^= 0xEE;
    for (int i = 0; i < 2; i++) {
        sip_round(&s), sip_round(&s), sip_round(&s), sip_round(&s);
        half[i] = s.a ^ s.b ^ s.c ^ s.d;
        s.b ^= 0xDD;
    }
    for (int i = 0; i < 12; i++)
        out[i] = (uint8_t)(half[i / 8] >> 8 * (i % 8));
}

#define ROTL32(x, b) ((x) << (b) | (x) >> (32 - (b)))

#define SHA1_ROUNDS(first, mix, constant)                                                                       \
    for (int i = first; i < first + 20; i++) {                                                                  \
        uint32_t next = ROTL32(a, 5) + (mix) + e + constant + w[i];                                             \
        e = d, d = c, c = ROTL32(b, 30), b = a, a = next;                                                       \
    }

/* SHA-1 (RFC 3174) of fewer than 56 bytes: one block. */
static void sha1_short(const uint8_t *data, size_t len, uint8_t out[20]) {
    uint8_t block[64] = {0};
    memcpy(block, data, len);
    block[len] = 0x80;
    block[63] = (uint8_t)(len * 8);
    block[62] = (uint8_t)(len * 8 >> 8);
    uint32_t w[80], h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    for (int i = 0; i < 16; i++)
        w[i] = be32(block + 4 * i);
    for (int i = 16; i < 80; i++)
        w[i] = ROTL32(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    SHA1_ROUNDS(0, (b & c) | (~b & d), 0x5A827999)
    SHA1_ROUNDS(20, b ^ c ^ d, 0x6ED9EBA1)
    SHA1_ROUNDS(40, (b & c) | (b & d) | (c & d), 0x8F1BBCDC)
    SHA1_ROUNDS(60, b ^ c ^ d, 0xCA62C1D6)
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    for (int i = 0; i < 20; i++)
        out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

/* ---- the meter ------------------------------------------------------------------------------------------ */

struct key {
    uint8_t address[2][16]; /* IPv4 in the first four bytes; the end that sorts first leads */
    uint16_t port[2];
    uint16_t vlan;
    uint8_t proto, version;
};

/* What each end sent in this part: no other counter can pass the first, and that ends a part at PART_BYTES. */
struct counts {
    uint32_t wire[2], ip[2], payload[2], packets[2];
};

/* One flow: 152 bytes, so that a million take 145 MiB. Ends are 0 and 1 in the order of the key. */
struct flow {
    struct key key;
    uint32_t hash_next;  /* in its bucket; in the free list */
    uint32_t prev, next; /* in its slot of the wheel; next: while flushing */
    uint32_t seen_s;     /* watermark at its last packet */
    int64_t start_ns, first_ns, last_ns;
    struct counts counts; /* of this part */
    uint32_t base[2];  /* select: sequence number of the first stream byte */
    uint16_t limit[2]; /* select: stream bytes of a TLS hello to hand up */
    uint8_t state[2];  /* select: see there */
    uint8_t flags[2];
    uint32_t part;
    uint8_t mac[2][6], orig_dst_mac[6];
    uint16_t slot : 9; /* of the wheel, where it is linked now */
    uint16_t orig : 1; /* which end is the originator */
    uint16_t known : 6; /* K_ bits */
};
_Static_assert(sizeof(struct key) == 40, "a key is hashed and compared as its bytes");
_Static_assert(sizeof(struct flow) == 152, "the memory of a million flows is a promise");

enum { K_MAC0 = 1, K_MAC1 = 2, K_DST = 4, K_CLOSED = 8, K_FIN0 = 16, K_FIN1 = 32 };

struct interface {
    uint32_t link, snaplen;
    int64_t offset_s;
    uint8_t resolution;
};

struct walk {
    bool pcap, lost, known, big; /* known: the byte order is */
    uint32_t unit_ns, head, link, skip;
    uint64_t offset;
    int64_t last_ns;
    uint32_t interface_count;
    struct interface *interfaces;
    uint8_t *rest;
    size_t rest_len;
};

struct text {
    uint8_t bytes[17]; /* an address and its version, or a MAC */
    PyObject *text;
};

typedef struct {
    PyObject_HEAD
    PyObject *flow_type, *packet_type, *weird_type, *loss_type;
    PyObject *protocols, *other_kinds; /* tuples of str */
    PyObject *end_text[ENDS], *tcp_text, *udp_text, *icmp_text, *icmp6_text, *fragment_text, *arp_text,
        *empty_text;
    newfunc tuple_new;
    allocfunc tuple_alloc;
    bool in_place; /* named tuples are filled where they stand, without a plain tuple to copy */
    PyObject *out; /* the list being filled */
    struct text addresses[ADDRESS_TEXTS], macs[MAC_TEXTS];
    struct walk walk;
    uint64_t hash_key[2];
    struct flow *flows; /* index 0 means "none" */
    uint32_t *buckets, bucket_mask, most_buckets;
    uint32_t max_flows, live, free, unused; /* unused: the first index never taken */
    uint32_t slot_head[WHEEL_S], slot_tail[WHEEL_S];
    int64_t now_s, next_second_ns; /* now_s: the watermark, -1 before the first frame */
    bool flushing;
    uint32_t flush_next;
    uint64_t packets, wire_bytes, flow_packets, weird_packets, begun, evictions, others[OTHERS];
} Meter;

struct frame {
    int64_t ts_ns;
    uint32_t wire, link, len;
    const uint8_t *data;
};

struct packet {
    const uint8_t *src_mac, *dst_mac; /* NULL where the link has none */
    const uint8_t *src, *dst;
    const uint8_t *payload;
    uint32_t payload_len, payload_bytes, ip_bytes, seq;
    uint32_t further; /* packets beside this one that the kernel joined to it; see _ring.h */
    uint64_t fragment; /* as parse.Ip.fragment */
    uint16_t vlan, sport, dport;
    uint8_t version, proto, flags;
    bool cut;
    const char *weird;
};

/* ---- text ----------------------------------------------------------------------------------------------- */

static char *put_decimal(char *at, unsigned byte) {
    if (byte >= 100)
        *at++ = (char)('0' + byte / 100);
    if (byte >= 10)
        *at++ = (char)('0' + byte / 10 % 10);
    *at++ = (char)('0' + byte % 10);
    return at;
}

static char *put_ipv4(char *at, const uint8_t *address) {
    for (int i = 0; i < 4; i++) {
        if (i)
            *at++ = '.';
        at = put_decimal(at, address[i]);
    }
    return at;
}

/* RFC 5952, as flowid.address_text. */
static char *put_ipv6(char *at, const uint8_t *address) {
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    if (memcmp(address, mapped, 12) == 0) {
        memcpy(at, "::ffff:", 7);
        return put_ipv4(at + 7, address + 12);
    }
    int start = 0, length = 0, run = 0;
    for (int i = 0; i < 8; i++) {
        run = be16(address + 2 * i) == 0 ? run + 1 : 0;
        if (run > length)
            start = i - run + 1, length = run;
    }
    if (length < 2)
        start = 8, length = 0;
    for (int i = 0; i < 8; i++) {
        if (i == start) {
            *at++ = ':';
            if (i + length == 8)
                *at++ = ':';
            i += length - 1;
            continue;
        }
        if (i)
            *at++ = ':';
        unsigned group = be16(address + 2 * i);
        for (int shift = 12; shift >= 0; shift -= 4)
            if (group >> shift || shift == 0)
                *at++ = "0123456789abcdef"[group >> shift & 15];
    }
    return at;
}

/* Return a new reference to the text of an address; texts are shared between records. */
static PyObject *address_text(Meter *m, const uint8_t *address, uint8_t version) {
    uint8_t name[17] = {0};
    memcpy(name, address, version == 4 ? 4 : 16);
    name[16] = version;
    uint32_t mix = (le32(name) ^ le32(name + 4) * 3 ^ le32(name + 8) * 5 ^ le32(name + 12) * 7) * 0x9E3779B1u;
    struct text *entry = &m->addresses[mix >> 22];
    if (entry->text == NULL || memcmp(entry->bytes, name, 17) != 0) {
        char buffer[48];
        char *end = version == 4 ? put_ipv4(buffer, address) : put_ipv6(buffer, address);
        PyObject *text = PyUnicode_FromStringAndSize(buffer, end - buffer);
        if (text == NULL)
            return NULL;
        Py_XDECREF(entry->text);
        entry->text = text;
        memcpy(entry->bytes, name, 17);
    }
    Py_INCREF(entry->text);
    return entry->text;
}

/* The same for a MAC address; None for NULL. */
static PyObject *mac_text(Meter *m, const uint8_t *mac) {
    if (mac == NULL)
        Py_RETURN_NONE;
    struct text *entry = &m->macs[(le32(mac + 2) ^ le16(mac)) * 0x9E3779B1u >> 24];
    if (entry->text == NULL || memcmp(entry->bytes, mac, 6) != 0) {
        char buffer[18];
        for (int i = 0; i < 6; i++) {
            buffer[3 * i] = "0123456789abcdef"[mac[i] >> 4];
            buffer[3 * i + 1] = "0123456789abcdef"[mac[i] & 15];
            buffer[3 * i + 2] = ':';
        }
        PyObject *text = PyUnicode_FromStringAndSize(buffer, 17);
        if (text == NULL)
            return NULL;
        Py_XDECREF(entry->text);
        entry->text = text;
        memcpy(entry->bytes, mac, 6);
    }
    Py_INCREF(entry->text);
    return entry->text;
}

static char *put_base64(char *at, const uint8_t *data, size_t len, bool url) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)data[i] << 16 | (i + 1 < len ? data[i + 1] << 8 : 0) |
                         (i + 2 < len ? data[i + 2] : 0);
        for (size_t j = 0; j < 4; j++) {
            unsigned six = three >> (18 - 6 * j) & 63;
            *at++ = i + j > len ? '=' : six < 62 ? letters[six] : six == 62 ? (url ? '-' : '+') : url ? '_' : '/';
        }
    }
    return at;
}

static void flow_uid(const struct flow *f, char uid[17]) {
    uint8_t message[48], digest[12];
    memcpy(message, f->key.address, 32);
    uint16_t numbers[3] = {f->key.port[0], f->key.port[1], f->key.vlan};
    for (int i = 0; i < 3; i++) {
        message[32 + 2 * i] = (uint8_t)(numbers[i] >> 8);
        message[33 + 2 * i] = (uint8_t)numbers[i];
    }
    message[38] = f->key.proto;
    message[39] = f->key.version;
    for (int i = 0; i < 8; i++)
        message[40 + i] = (uint8_t)((uint64_t)f->start_ns >> 8 * i);
    sip_uid(message, digest);
    uid[0] = 'F';
    put_base64(uid + 1, digest, 12, true);
}

static PyObject *uid_text(const struct flow *f) {
    char uid[17];
    flow_uid(f, uid);
    return PyUnicode_FromStringAndSize(uid, 17);
}

/* The ICMP type that answers this one, or -1 (flowid.ICMP_PAIRS). */
static int icmp_answer(uint8_t proto, uint16_t kind) {
    static const uint8_t pairs[][2] = {{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}};
    static const uint8_t pairs6[][2] = {{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}, {144, 145}};
    const uint8_t(*pair)[2] = proto == ICMP ? pairs : pairs6;
    for (int left = proto == ICMP ? 5 : 6; left > 0; left--, pair++) {
        if ((*pair)[0] == kind)
            return (*pair)[1];
        if ((*pair)[1] == kind)
            return (*pair)[0];
    }
    return -1;
}

static PyObject *community_id(const struct flow *f) {
    const struct key *k = &f->key;
    bool icmp = k->proto == ICMP || k->proto == ICMP6;
    int first = icmp && icmp_answer(k->proto, k->port[f->orig]) < 0 ? f->orig : 0; /* one-way: as it went */
    size_t size = k->version == 4 ? 4 : 16, len = 2;
    uint8_t data[40] = {0}, digest[20]; /* data begins with the seed, 0 */
    memcpy(data + len, k->address[first], size);
    memcpy(data + len + size, k->address[1 - first], size);
    len += 2 * size;
    data[len] = k->proto;
    len += 2;
    if (icmp || k->proto == TCP || k->proto == UDP || k->proto == SCTP)
        for (int i = 0; i < 2; i++) {
            uint16_t port = k->port[i ? 1 - first : first];
            data[len++] = (uint8_t)(port >> 8);
            data[len++] = (uint8_t)port;
        }
    sha1_short(data, len, digest);
    char text[30] = "1:";
    char *end = put_base64(text + 2, digest, 20, false);
    return PyUnicode_FromStringAndSize(text, end - text);
}

/* ---- records -------------------------------------------------------------------------------------------- */

static PyObject *seconds(int64_t ns) {
    return PyFloat_FromDouble(ns % 1000 == 0 ? (double)(ns / 1000) / 1e6
                                             : (double)(ns / NS) + (double)(ns % NS) / 1e9);
}

static PyObject *number(uint64_t value) { return PyLong_FromUnsignedLongLong(value); }

static PyObject *shared(PyObject *object) {
    Py_INCREF(object);
    return object;
}

static PyObject *none(void) { return shared(Py_None); }

/* Append a named tuple of these fields to the output. Takes over the fields; fails if one is NULL. */
static int emit(Meter *m, PyObject *type, PyObject **fields, int count) {
    PyObject *record = m->in_place ? m->tuple_alloc((PyTypeObject *)type, count) : PyTuple_New(count), *args;
    bool whole = record != NULL;
    for (int i = 0; i < count; i++) {
        whole = whole && fields[i] != NULL;
        if (record != NULL && fields[i] != NULL)
            PyTuple_SetItem(record, i, fields[i]);
        else
            Py_XDECREF(fields[i]);
    }
    if (whole && !m->in_place) {
        args = PyTuple_Pack(1, record);
        Py_DECREF(record);
        record = args == NULL ? NULL : m->tuple_new((PyTypeObject *)type, args, NULL);
        Py_XDECREF(args);
    }
    int result = whole && record != NULL ? PyList_Append(m->out, record) : -1;
    Py_XDECREF(record);
    return result;
}

static int emit_flow(Meter *m, const struct flow *f, enum end end) {
    int o = f->orig, r = 1 - o;
    const struct key *k = &f->key;
    PyObject *fields[] = {
        seconds(f->first_ns),
        seconds(f->last_ns - f->first_ns),
        uid_text(f),
        community_id(f),
        number(f->part),
        shared(PyTuple_GetItem(m->protocols, k->proto)),
        address_text(m, k->address[o], k->version),
        number(k->port[o]),
        address_text(m, k->address[r], k->version),
        number(k->port[r]),
        number(f->counts.packets[o]),
        number(f->counts.packets[r]),
        number(f->counts.wire[o]),
        number(f->counts.wire[r]),
        number(f->counts.ip[o]),
        number(f->counts.ip[r]),
        number(f->counts.payload[o]),
        number(f->counts.payload[r]),
        mac_text(m, f->known & K_MAC0 << o ? f->mac[o] : NULL),
        mac_text(m, f->known & K_MAC0 << r ? f->mac[r] : NULL),
        mac_text(m, f->known & K_DST ? f->orig_dst_mac : NULL),
        k->vlan == NO_VLAN ? none() : number(k->vlan),
        number(f->flags[o]),
        number(f->flags[r]),
        shared(m->end_text[end]),
    };
    return emit(m, m->flow_type, fields, sizeof fields / sizeof *fields);
}

static int emit_packet(Meter *m, const struct frame *frame, const struct packet *p, const struct flow *f,
                       bool is_orig) {
    PyObject *kind = p->proto == TCP ? m->tcp_text : p->proto == ICMP6 ? m->icmp6_text
                   : p->proto == ICMP ? m->icmp_text : p->fragment ? m->fragment_text : m->udp_text;
    uint64_t seq = p->fragment ? p->fragment : (uint32_t)(p->seq + (p->flags & SYN ? 1u : 0u));
    bool cut = p->fragment ? p->payload_len < p->payload_bytes : p->cut;
    PyObject *fields[] = {
        seconds(frame->ts_ns),
        uid_text(f),
        shared(kind),
        address_text(m, p->src, p->version),
        number(p->sport),
        address_text(m, p->dst, p->version),
        number(p->dport),
        mac_text(m, p->src_mac),
        mac_text(m, p->dst_mac),
        PyBool_FromLong(is_orig),
        number(seq),
        PyBytes_FromStringAndSize((const char *)p->payload, p->payload_len),
        PyBool_FromLong(cut),
    };
    return emit(m, m->packet_type, fields, sizeof fields / sizeof *fields);
}

/* RFC 826; `body` is what follows the link-layer header. */
static int emit_arp(Meter *m, const struct frame *frame, const struct packet *p, const uint8_t *body,
                    size_t len) {
    bool readable = len >= 28 && memcmp(body + 2, "\x08\x00\x06\x04", 4) == 0;
    PyObject *fields[] = {
        seconds(frame->ts_ns),
        shared(m->empty_text),
        shared(m->arp_text),
        readable ? address_text(m, body + 14, 4) : shared(m->empty_text),
        number(0),
        readable ? address_text(m, body + 24, 4) : shared(m->empty_text),
        number(0),
        mac_text(m, p->src_mac),
        mac_text(m, p->dst_mac),
        PyBool_FromLong(1),
        number(0),
        PyBytes_FromStringAndSize((const char *)body, (Py_ssize_t)len),
        PyBool_FromLong(0),
    };
    return emit(m, m->packet_type, fields, sizeof fields / sizeof *fields);
}

/* Append a Weird about a packet that is in no flow. Takes over `detail`. */
static int emit_weird(Meter *m, int64_t ts_ns, const char *name, PyObject *detail) {
    m->weird_packets++;
    PyObject *fields[] = {seconds(ts_ns), PyUnicode_FromString(name), none(), none(), none(), detail};
    return emit(m, m->weird_type, fields, 6);
}

/* Append a Weird about a packet that is counted in its flow although its lengths contradict each other. */
static int emit_weird_in_flow(Meter *m, const struct frame *frame, const struct packet *p,
                              const struct flow *f) {
    const char *text = "read %lu bytes of IP in a frame of %lu, lengths that do not agree";
    PyObject *fields[] = {
        seconds(frame->ts_ns),
        PyUnicode_FromString(p->weird),
        uid_text(f),
        address_text(m, p->src, p->version),
        address_text(m, p->dst, p->version),
        PyUnicode_FromFormat(text, (unsigned long)p->ip_bytes, (unsigned long)frame->wire),
    };
    return emit(m, m->weird_type, fields, 6);
}

/* Append a Loss at the time of the last frame. Takes over `detail`. */
static int emit_loss(Meter *m, const char *kind, unsigned lost, PyObject *detail) {
    int64_t ts_ns = m->walk.last_ns;
    PyObject *fields[] = {seconds(ts_ns), seconds(ts_ns), PyUnicode_FromString(kind), number(lost), detail};
    return emit(m, m->loss_type, fields, 5);
}

/* ---- flow table ----------------------------------------------------------------------------------------- */

static inline uint32_t timeout_s(const struct flow *f) {
    return f->known & K_CLOSED ? CLOSED_S : f->key.proto == TCP ? TCP_IDLE_S : IDLE_S;
}

static inline int64_t due_s(const struct flow *f) { return (int64_t)f->seen_s + timeout_s(f) + 1; }

static uint32_t *bucket_of(Meter *m, const struct key *k) {
    struct sip s = sip_start(m->hash_key[0], m->hash_key[1]);
    uint64_t words[5];
    memcpy(words, k, sizeof words);
    if (k->version == 4) { /* the other words are zero */
        sip13(&s, words[0] << 32 ^ words[2]);
    } else {
        for (int i = 0; i < 4; i++)
            sip13(&s, words[i]);
    }
    sip13(&s, words[4]);
    return &m->buckets[sip13_end(&s) & m->bucket_mask];
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

/* ---- select --------------------------------------------------------------------------------------------- */

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
                                          "DESCRIBE ", "SETUP ",   "ANNOUNCE "};
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
    if (at > limit + REORDER_BYTES)
        f->state[end] = S_IGNORED;
    return at < limit;
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
    } else if (starttls_port(p->sport) || starttls_port(p->dport)) {
        f->base[end] = seq + p->payload_len;
        *state = (uint8_t)((*state & S_TRIES) + 1 >= STARTTLS_TRIES ? S_IGNORED : (*state | S_BASED) + 1);
        return false;
    } else {
        *state = (uint8_t)(based || *state + 1 >= TRIES ? S_IGNORED : *state + 1);
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

/* ---- parse ---------------------------------------------------------------------------------------------- */

enum link {
    L_NULL = 0, L_ETHERNET = 1, L_RAW_BSD = 12, L_RAW_BSDI = 14, L_RAW = 101, L_LOOP = 108, L_SLL = 113,
    L_RAW4 = 228, L_RAW6 = 229, L_SLL2 = 276
};
enum { IPV4 = 0x0800, IPV6 = 0x86DD, PPPOE = 0x8864, MPLS = 0x8847, MPLS_MULTICAST = 0x8848 };
enum { IN_MPLS = 0x10000, IN_PPP, NO_FAMILY }; /* not IP inside MPLS, PPP or a null header */

enum found { ERROR = -1, NO_FLOW, FLOW }; /* NO_FLOW: counted and reported already */

static enum found bad(Meter *m, const struct frame *frame, const char *name, PyObject *detail) {
    return emit_weird(m, frame->ts_ns, name, detail) < 0 ? ERROR : NO_FLOW;
}

static enum found short_header(Meter *m, const struct frame *frame, const char *name, size_t len, int need) {
    return bad(m, frame, name, PyUnicode_FromFormat("read %zu bytes, expected at least %d", len, need));
}

static void parse_tcp(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
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

static void parse_udp(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
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
static void parse_transport(struct packet *p, const uint8_t *rest, uint32_t len, uint32_t left) {
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

static enum found parse_ipv4(Meter *m, const struct frame *frame, struct packet *p, const uint8_t *data,
                             uint32_t len, uint32_t wire) {
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

static uint32_t null_kind(uint32_t family) {
    if (family == 2)
        return IPV4;
    return family == 10 || family == 24 || family == 28 || family == 30 ? IPV6 : NO_FAMILY;
}

/* Read the link layer: MACs and kind. Return its length, or -1 when there are fewer bytes, -2 when unknown. */
static int parse_link(const struct frame *frame, struct packet *p, uint32_t *kind, int *need) {
    const uint8_t *data = frame->data;
    uint32_t link = frame->link;
    bool raw = link == L_RAW || link == L_RAW_BSD || link == L_RAW_BSDI || link == L_RAW4 || link == L_RAW6;
    *need = link == L_ETHERNET ? 14 : link == L_SLL ? 16 : link == L_SLL2 ? 20 : raw ? 1 : 4;
    if (*need == 4 && link != L_NULL && link != L_LOOP)
        return -2;
    if (frame->len < (uint32_t)*need)
        return -1;
    if (link == L_ETHERNET) {
        p->dst_mac = data;
        p->src_mac = data + 6;
        *kind = be16(data + 12);
    } else if (link == L_SLL) {
        p->src_mac = be16(data + 4) == 6 ? data + 6 : NULL;
        *kind = be16(data + 14);
    } else if (link == L_SLL2) {
        p->src_mac = data[11] == 6 ? data + 12 : NULL;
        *kind = be16(data);
    } else if (raw) {
        *kind = link == L_RAW4 || (link != L_RAW6 && data[0] >> 4 != 6) ? IPV4 : IPV6;
        return 0;
    } else {
        *kind = null_kind(le32(data));
        if (*kind == NO_FAMILY)
            *kind = null_kind(be32(data));
    }
    return *need;
}

static enum found parse(Meter *m, const struct frame *frame, struct packet *p) {
    uint32_t kind = 0;
    int need, at = parse_link(frame, p, &kind, &need);
    if (at == -2) {
        const char *text = "read link type %d, expected Ethernet, Linux cooked, null or raw IP";
        return bad(m, frame, "unknown_link_type", PyUnicode_FromFormat(text, (int)frame->link));
    }
    if (at == -1) {
        const char *text = "read %d bytes of link type %d, expected at least %d";
        PyObject *detail = PyUnicode_FromFormat(text, (int)frame->len, (int)frame->link, need);
        return bad(m, frame, "link_short_header", detail);
    }
    const uint8_t *data = frame->data + at;
    uint32_t len = frame->len - (uint32_t)at;
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
    return other == O_ARP && emit_arp(m, frame, p, data, len) < 0 ? ERROR : NO_FLOW;
}

/* ---- frame ---------------------------------------------------------------------------------------------- */

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

/* ---- walk ----------------------------------------------------------------------------------------------- */

/* A step returns how many bytes it used, 0 when it needs more, -1 with an exception set. */
typedef Py_ssize_t step;

static void walk_start(struct walk *w, bool pcap) {
    struct interface *interfaces = w->interfaces;
    uint8_t *rest = w->rest;
    *w = (struct walk){.pcap = pcap, .unit_ns = 1000, .head = 16, .interfaces = interfaces, .rest = rest};
}

/* Start looking for the next record; say so once. Takes over `what`. */
static step nonsense(Meter *m, step used, PyObject *what) {
    if (what == NULL)
        return -1;
    m->walk.lost = true;
    const char *text = "%U at byte %llu of the file; looking for the next whole record";
    PyObject *detail = PyUnicode_FromFormat(text, what, (unsigned long long)m->walk.offset);
    Py_DECREF(what);
    return emit_loss(m, "corrupt_file", 0, detail) < 0 ? -1 : used;
}

static int walk_frame(Meter *m, int64_t ts_ns, uint32_t wire, uint32_t link, const uint8_t *data, uint32_t len) {
    m->walk.last_ns = ts_ns;
    struct frame frame = {ts_ns, wire > len ? wire : len, link, len, data};
    return take_frame(m, &frame);
}

static int walk_weird(Meter *m, const char *name, PyObject *detail) {
    m->packets++;
    return emit_weird(m, m->walk.last_ns, name, detail);
}

static step pcap_header(struct walk *w, const uint8_t *p, size_t left) {
    if (left < 24)
        return 0;
    uint32_t magic = le32(p);
    w->known = true;
    w->big = magic != 0xA1B2C3D4 && magic != 0xA1B23C4D && magic != 0xA1B2CD34;
    magic = get32(w->big, p);
    w->unit_ns = magic == 0xA1B23C4D ? 1 : 1000;
    w->head = magic == 0xA1B2CD34 ? 24 : 16;
    w->link = get32(w->big, p + 20) & 0xFFFF;
    return 24;
}

/* The captured length of what looks like a record header, else 0. */
static uint32_t believable(const struct walk *w, const uint8_t *p) {
    int64_t sec = get32(w->big, p), last_s = w->last_ns / NS;
    uint32_t fraction = get32(w->big, p + 4), captured = get32(w->big, p + 8), wire = get32(w->big, p + 12);
    bool near = w->last_ns == 0 || (sec - last_s <= RESYNC_SPAN_S && last_s - sec <= RESYNC_SPAN_S);
    bool sane = fraction < NS / w->unit_ns && captured <= wire && wire <= MAX_CAPTURED;
    return near && sane && captured >= MIN_RESYNC_CAPTURED ? captured : 0;
}

static step pcap_record(Meter *m, const uint8_t *p, size_t left) {
    struct walk *w = &m->walk;
    if (left < w->head)
        return 0;
    uint32_t captured = get32(w->big, p + 8);
    if (captured > MAX_CAPTURED) {
        const char *text = "read a captured length of %lu, expected at most %d";
        return nonsense(m, 1, PyUnicode_FromFormat(text, (unsigned long)captured, MAX_CAPTURED));
    }
    if (left < w->head + captured)
        return 0;
    for (size_t ahead = w->head + captured; ahead < left && ahead < w->head + captured + FETCH; ahead += 64)
        __builtin_prefetch(p + ahead);
    int64_t ts_ns = (int64_t)get32(w->big, p) * NS + (int64_t)get32(w->big, p + 4) * w->unit_ns;
    if (walk_frame(m, ts_ns, get32(w->big, p + 12), w->link, p + w->head, captured) < 0)
        return -1;
    return (step)(w->head + captured);
}

/* Pass over one byte, or find a header that leads to another one or to the end of the file. */
static step pcap_resync(Meter *m, const uint8_t *p, size_t left, bool last) {
    struct walk *w = &m->walk;
    if (left < w->head)
        return 0;
    uint32_t captured = believable(w, p);
    if (captured == 0)
        return 1;
    size_t following = w->head + captured;
    bool another = left >= following + w->head;
    if (!another && !last)
        return 0;
    if (left != following && !(another && believable(w, p + following)))
        return 1;
    w->lost = false;
    return pcap_record(m, p, left);
}

static step pcap_step(Meter *m, const uint8_t *p, size_t left, bool last) {
    if (!m->walk.known)
        return pcap_header(&m->walk, p, left);
    return m->walk.lost ? pcap_resync(m, p, left, last) : pcap_record(m, p, left);
}

/* A pcapng timestamp in nanoseconds, held between 0 and MAX_SECONDS. */
static int64_t nanoseconds(uint64_t ticks, const struct interface *interface) {
    static const uint64_t TEN[20] = {1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u,
                                     1000000000u, 10000000000u, 100000000000u, 1000000000000u,
                                     10000000000000u, 100000000000000u, 1000000000000000u,
                                     10000000000000000u, 100000000000000000u, 1000000000000000000u,
                                     10000000000000000000u};
    unsigned power = interface->resolution & 0x7F;
    uint64_t sec, fraction;
    if (interface->resolution & 0x80) {
        sec = power < 64 ? ticks >> power : 0;
        fraction = power < 64 ? ticks - (sec << power) : ticks;
        if (power > 32) {
            fraction = power - 32 < 64 ? fraction >> (power - 32) : 0;
            power = 32;
        }
        fraction = fraction * NS >> power;
    } else if (power <= 9) {
        sec = ticks / TEN[power];
        fraction = ticks % TEN[power] * TEN[9 - power];
    } else {
        uint64_t ns = power - 9 < 20 ? ticks / TEN[power - 9] : 0;
        sec = ns / NS;
        fraction = ns % NS;
    }
    if (interface->offset_s < 0) {
        uint64_t back = (uint64_t) - (interface->offset_s + 1) + 1;
        if (back > sec)
            return 0;
        sec -= back;
    } else {
        sec = sec > MAX_SECONDS ? sec : sec + (uint64_t)interface->offset_s; /* neither is above 2^63 */
    }
    return sec > MAX_SECONDS ? (int64_t)MAX_SECONDS * NS : (int64_t)(sec * NS + fraction);
}

static struct interface read_interface(bool big, const uint8_t *body, size_t len) {
    struct interface found = {get16(big, body), get32(big, body + 4), 0, 6};
    size_t at = 8;
    while (len - at >= 4) {
        uint32_t code = get16(big, body + at), size = get16(big, body + at + 2);
        at += 4;
        if (code == 0 || len - at < size)
            break;
        if (code == 9 && size >= 1) {
            found.resolution = body[at];
        } else if (code == 14 && size >= 8) {
            uint64_t high = get32(big, body + at + (big ? 0 : 4)), low = get32(big, body + at + (big ? 4 : 0));
            found.offset_s = (int64_t)(high << 32 | low);
        }
        at = least(len, at + ((size + 3) & ~3u));
    }
    return found;
}

/* Count the packet of a packet block; one without a time has that of the packet before it. */
static int block_packet(Meter *m, uint32_t interface_number, const uint64_t *ticks, uint32_t captured,
                        uint32_t wire, const uint8_t *data, size_t len) {
    struct walk *w = &m->walk;
    if (interface_number >= w->interface_count) {
        const char *text = "read a packet of interface %lu, expected one of %lu described";
        return walk_weird(m, "unknown_interface",
                          PyUnicode_FromFormat(text, (unsigned long)interface_number,
                                               (unsigned long)w->interface_count));
    }
    const struct interface *interface = &w->interfaces[interface_number];
    captured = (uint32_t)least(captured, least(len, MAX_CAPTURED));
    if (ticks == NULL && interface->snaplen)
        captured = (uint32_t)least(captured, interface->snaplen);
    int64_t ts_ns = ticks == NULL ? w->last_ns : nanoseconds(*ticks, interface);
    return walk_frame(m, ts_ns, wire, interface->link, data, captured);
}

enum { B_INTERFACE = 1, B_OLD_PACKET = 2, B_SIMPLE = 3, B_NAMES = 4, B_STATISTICS = 5, B_ENHANCED = 6 };
#define B_SECTION 0x0A0D0D0Au

static bool is_packet(uint32_t kind) { return kind == B_ENHANCED || kind == B_OLD_PACKET || kind == B_SIMPLE; }

/* Read one whole block, the two lengths around it left away. */
static int take_block(Meter *m, bool big, uint32_t kind, const uint8_t *body, size_t len) {
    struct walk *w = &m->walk;
    if (kind == B_SECTION) {
        w->known = true;
        w->big = big;
        w->interface_count = 0;
    } else if (kind == B_INTERFACE && len >= 8 && w->interface_count < MAX_INTERFACES) {
        w->interfaces[w->interface_count++] = read_interface(big, body, len);
    } else if ((kind == B_ENHANCED || kind == B_OLD_PACKET) && len >= 20) {
        uint32_t interface_number = kind == B_ENHANCED ? get32(big, body) : get16(big, body);
        uint64_t ticks = (uint64_t)get32(big, body + 4) << 32 | get32(big, body + 8);
        return block_packet(m, interface_number, &ticks, get32(big, body + 12), get32(big, body + 16), body + 20,
                            len - 20);
    } else if (kind == B_SIMPLE && len >= 4) {
        uint32_t wire = get32(big, body);
        return block_packet(m, 0, NULL, wire, wire, body + 4, len - 4);
    } else if (is_packet(kind)) {
        return walk_weird(m, "short_packet_block",
                          PyUnicode_FromFormat("read a packet block of %zu bytes", len));
    }
    return 0;
}

static bool sound_length(uint32_t length) { return length >= 12 && length % 4 == 0 && length <= MAX_SKIP; }

/* Pass over four bytes, or find a block of a known type whose length is written twice. */
static step pcapng_resync(Meter *m, bool big, const uint8_t *p, size_t left, bool last) {
    uint32_t kind = get32(big, p), length = get32(big, p + 4);
    bool known = (kind >= B_INTERFACE && kind <= B_ENHANCED) || kind == B_SECTION;
    if (!known || !sound_length(length) || length > MAX_RECORD || (left < length && last))
        return 4;
    if (left < length)
        return 0;
    if (get32(big, p + length - 4) != length)
        return 4;
    m->walk.lost = false;
    return take_block(m, big, kind, p + 8, length - 12) < 0 ? -1 : (step)length;
}

/* Pass over a block too long to keep; a packet in it is counted all the same. */
static step oversized(Meter *m, uint32_t kind, uint32_t length) {
    m->walk.skip = length - 8;
    if (!is_packet(kind))
        return 8;
    const char *text = "read a packet block of %lu bytes, at most %d";
    PyObject *detail = PyUnicode_FromFormat(text, (unsigned long)length, MAX_RECORD);
    return walk_weird(m, "oversized_packet", detail) < 0 ? -1 : 8;
}

static step pcapng_step(Meter *m, const uint8_t *p, size_t left, bool last) {
    struct walk *w = &m->walk;
    if (left < 12)
        return 0;
    bool big = w->known && w->big;
    if (le32(p) == B_SECTION)
        big = le32(p + 8) != 0x1A2B3C4D;
    if (w->lost)
        return pcapng_resync(m, big, p, left, last);
    uint32_t kind = get32(big, p), length = get32(big, p + 4);
    if (!sound_length(length)) {
        const char *text = "read a block length of %lu, expected a multiple of 4 from 12 to %d";
        return nonsense(m, 4, PyUnicode_FromFormat(text, (unsigned long)length, MAX_SKIP));
    }
    if (length > MAX_RECORD)
        return oversized(m, kind, length);
    if (left < length)
        return 0;
    uint32_t trailer = get32(big, p + length - 4);
    if (trailer != length) {
        const char *text = "read block lengths %lu and %lu, expected two equal ones";
        return nonsense(m, 4, PyUnicode_FromFormat(text, (unsigned long)length, (unsigned long)trailer));
    }
    return take_block(m, big, kind, p + 8, length - 12) < 0 ? -1 : (step)length;
}

/* Take every whole record; return how many bytes these had. */
static step consume(Meter *m, const uint8_t *p, size_t len, bool last) {
    struct walk *w = &m->walk;
    size_t at = 0;
    while (at < len) {
        step used;
        if (w->skip) {
            used = (step)least(w->skip, len - at);
            w->skip -= (uint32_t)used;
        } else {
            used = w->pcap ? pcap_step(m, p + at, len - at, last) : pcapng_step(m, p + at, len - at, last);
        }
        if (used < 0)
            return -1;
        if (used == 0)
            break;
        at += (size_t)used;
        w->offset += (uint64_t)used;
    }
    return (step)at;
}

/* Join the bytes of a new block to what is left of the one before, until records lie wholly in the new one.
 * Return how many bytes of the new block were used so. */
static step join_rest(Meter *m, const uint8_t *data, size_t len) {
    struct walk *w = &m->walk;
    size_t at = 0;
    while (w->rest_len > 0 && at < len) {
        size_t taken = least(least(TOP_UP, len - at), REST_BYTES - w->rest_len);
        memcpy(w->rest + w->rest_len, data + at, taken);
        w->rest_len += taken;
        at += taken;
        step used = consume(m, w->rest, w->rest_len, false);
        if (used < 0)
            return -1;
        size_t left = w->rest_len - (size_t)used;
        if (left <= taken) { /* what is left is of this block alone: go on there */
            at -= left;
            w->rest_len = 0;
        } else {
            memmove(w->rest, w->rest + used, left);
            w->rest_len = left;
        }
    }
    return (step)at;
}

/* Append a Loss when the capture ended inside a record or before its source did; then forget it. */
static int walk_end(Meter *m, PyObject *trouble) {
    struct walk *w = &m->walk;
    bool troubled = PyUnicode_GetLength(trouble) > 0;
    int result = 0;
    if (w->rest_len + w->skip > 0 && !w->lost) {
        const char *text = "the file ends inside a record, at byte %llu%s%U";
        unsigned long long end = w->offset + w->rest_len;
        PyObject *detail = PyUnicode_FromFormat(text, end, troubled ? ": " : "", trouble);
        result = emit_loss(m, "truncated_file", 1, detail);
    } else if (troubled) {
        result = emit_loss(m, "truncated_file", 0, shared(trouble));
    }
    walk_start(w, true);
    return result;
}

static int walk_bytes(Meter *m, const uint8_t *data, size_t len, bool last) {
    struct walk *w = &m->walk;
    step at = join_rest(m, data, len), used;
    if (at < 0)
        return -1;
    if (w->rest_len > 0) { /* and so nothing is left of the block */
        used = last ? consume(m, w->rest, w->rest_len, true) : 0;
        if (used > 0) {
            w->rest_len -= (size_t)used;
            memmove(w->rest, w->rest + used, w->rest_len);
        }
        return used < 0 ? -1 : 0;
    }
    used = consume(m, data + at, len - (size_t)at, last);
    if (used < 0)
        return -1;
    at += used;
    w->rest_len = least(len - (size_t)at, REST_BYTES);
    memcpy(w->rest, data + at, w->rest_len);
    return 0;
}

#include "_ring.h"

/* ---- module --------------------------------------------------------------------------------------------- */

static PyObject *meter_feed(Meter *m, PyObject *block) {
    if (!PyTuple_Check(block) || PyTuple_Size(block) != 5)
        return PyErr_Format(PyExc_TypeError, "expected a Block");
    if (m->flushing)
        return PyErr_Format(PyExc_RuntimeError, "flush until it returns nothing before feeding again");
    PyObject *trouble = PyTuple_GetItem(block, 4);
    int first = PyObject_IsTrue(PyTuple_GetItem(block, 2)), last = PyObject_IsTrue(PyTuple_GetItem(block, 3));
    Py_buffer view;
    if (first < 0 || last < 0 || PyObject_GetBuffer(PyTuple_GetItem(block, 0), &view, PyBUF_SIMPLE) < 0)
        return NULL;
    int result = -1, collecting = PyGC_Disable(); /* records hold no cycles: looking for some is wasted */
    m->out = PyList_New(0);
    if (m->out != NULL && PyUnicode_CompareWithASCIIString(PyTuple_GetItem(block, 1), "ring") == 0) {
        result = walk_ring(m, view.buf, (size_t)view.len);
    } else if (m->out != NULL && PyUnicode_Check(trouble)) {
        if (first)
            walk_start(&m->walk, PyUnicode_CompareWithASCIIString(PyTuple_GetItem(block, 1), "pcap") == 0);
        result = walk_bytes(m, view.buf, (size_t)view.len, last);
        if (result == 0 && last)
            result = walk_end(m, trouble);
    } else if (m->out != NULL) {
        PyErr_SetString(PyExc_TypeError, "expected a Block whose trouble is a str");
    }
    if (collecting)
        PyGC_Enable();
    PyBuffer_Release(&view);
    PyObject *out = m->out;
    m->out = NULL;
    if (result < 0)
        Py_CLEAR(out);
    return out;
}

/* Order of flush: first packet, then uid. */
static bool before(const struct flow *a, const struct flow *b) {
    if (a->first_ns != b->first_ns)
        return a->first_ns < b->first_ns;
    char left[17], right[17];
    flow_uid(a, left);
    flow_uid(b, right);
    return memcmp(left, right, sizeof left) <= 0;
}

static uint32_t merge(Meter *m, uint32_t a, uint32_t b) {
    uint32_t head = 0, *tail = &head;
    while (a && b) {
        uint32_t *least_of = before(&m->flows[a], &m->flows[b]) ? &a : &b;
        *tail = *least_of;
        tail = &m->flows[*least_of].next;
        *least_of = *tail;
    }
    *tail = a ? a : b;
    return head;
}

/* Chain every flow in order through `next`, without memory of its own: a merge sort whose runs[i] has 2^i. */
static uint32_t sort_flows(Meter *m) {
    uint32_t runs[32] = {0}, all = 0;
    for (uint32_t bucket = 0; bucket <= m->bucket_mask; bucket++)
        for (uint32_t index = m->buckets[bucket]; index; index = m->flows[index].hash_next)
            m->flows[index].prev = index; /* in the table, not free */
    for (uint32_t index = 1; index < m->unused; index++) {
        if (m->flows[index].prev != index)
            continue;
        m->flows[index].next = 0;
        uint32_t run = index;
        int i = 0;
        for (; runs[i]; i++) {
            run = merge(m, runs[i], run);
            runs[i] = 0;
        }
        runs[i] = run;
    }
    for (int i = 0; i < 32; i++)
        all = merge(m, runs[i], all);
    return all;
}

static void forget_table(Meter *m) {
    memset(m->buckets, 0, ((size_t)m->bucket_mask + 1) * sizeof *m->buckets);
    m->bucket_mask = (uint32_t)least(FEWEST_BUCKETS, m->most_buckets) - 1;
    memset(m->slot_head, 0, sizeof m->slot_head);
    memset(m->slot_tail, 0, sizeof m->slot_tail);
    m->live = m->free = 0;
    m->unused = 1;
    m->now_s = -1;
    m->next_second_ns = 0;
}

static PyObject *meter_flush(Meter *m, PyObject *args) {
    PyObject *most_object = Py_None;
    if (!PyArg_ParseTuple(args, "|O", &most_object))
        return NULL;
    Py_ssize_t most = PY_SSIZE_T_MAX;
    if (most_object != Py_None && (most = PyLong_AsSsize_t(most_object)) < 0 && PyErr_Occurred())
        return NULL;
    if (!m->flushing) {
        m->flush_next = sort_flows(m);
        m->flushing = true;
        forget_table(m);
    }
    int collecting = PyGC_Disable();
    PyObject *out = m->out = PyList_New(0);
    while (out != NULL && m->flush_next && PyList_Size(out) < most) {
        const struct flow *f = &m->flows[m->flush_next];
        m->flush_next = f->next;
        if (emit_flow(m, f, E_FLUSH) < 0)
            Py_CLEAR(out);
    }
    if (collecting)
        PyGC_Enable();
    m->flushing = m->flush_next != 0;
    m->out = NULL;
    return out;
}

static PyObject *meter_stats(Meter *m, PyObject *unused) {
    (void)unused;
    PyObject *stats = Py_BuildValue("{sKsKsKsKsKsK}", "packets", (unsigned long long)m->packets, "wire_bytes",
                                    (unsigned long long)m->wire_bytes, "flow_packets",
                                    (unsigned long long)m->flow_packets, "weird_packets",
                                    (unsigned long long)m->weird_packets, "flows", (unsigned long long)m->begun,
                                    "evictions", (unsigned long long)m->evictions);
    for (int i = 0; stats != NULL && i < OTHERS; i++) {
        PyObject *name = PyUnicode_FromFormat("other_%U", PyTuple_GetItem(m->other_kinds, i));
        PyObject *value = number(m->others[i]);
        if (name == NULL || value == NULL || PyDict_SetItem(stats, name, value) < 0)
            Py_CLEAR(stats);
        Py_XDECREF(name);
        Py_XDECREF(value);
    }
    return stats;
}

static void meter_dealloc(Meter *m) {
    PyTypeObject *type = Py_TYPE((PyObject *)m);
    PyObject *owned[] = {m->flow_type, m->packet_type, m->weird_type, m->loss_type, m->protocols, m->other_kinds,
                         m->tcp_text,  m->udp_text,    m->icmp_text, m->icmp6_text,
                         m->fragment_text, m->arp_text, m->empty_text};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        Py_XDECREF(owned[i]);
    for (int i = 0; i < ENDS; i++)
        Py_XDECREF(m->end_text[i]);
    for (int i = 0; i < ADDRESS_TEXTS; i++)
        Py_XDECREF(m->addresses[i].text);
    for (int i = 0; i < MAC_TEXTS; i++)
        Py_XDECREF(m->macs[i].text);
    free(m->flows);
    free(m->buckets);
    free(m->walk.interfaces);
    free(m->walk.rest);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(m);
    Py_DECREF(type);
}

static bool make_texts(Meter *m) {
    bool made = true;
    for (int i = 0; i < ENDS; i++)
        made = (m->end_text[i] = PyUnicode_InternFromString(END_TEXTS[i])) != NULL && made;
    made = (m->tcp_text = PyUnicode_InternFromString("tcp")) != NULL && made;
    made = (m->udp_text = PyUnicode_InternFromString("udp")) != NULL && made;
    made = (m->icmp_text = PyUnicode_InternFromString("icmp")) != NULL && made;
    made = (m->icmp6_text = PyUnicode_InternFromString("icmp6")) != NULL && made;
    made = (m->fragment_text = PyUnicode_InternFromString("fragment")) != NULL && made;
    made = (m->arp_text = PyUnicode_InternFromString("arp")) != NULL && made;
    return (m->empty_text = PyUnicode_InternFromString("")) != NULL && made;
}

/* The table takes address space for every flow it may hold, and memory only for those it held. */
static bool make_table(Meter *m, unsigned max_flows) {
    m->max_flows = max_flows;
    m->most_buckets = 1;
    while (m->most_buckets < max_flows)
        m->most_buckets *= 2;
    m->buckets = calloc(m->most_buckets, sizeof *m->buckets);
    m->flows = calloc((size_t)max_flows + 1, sizeof *m->flows);
    m->walk.interfaces = calloc(MAX_INTERFACES, sizeof *m->walk.interfaces);
    m->walk.rest = malloc(REST_BYTES);
    if (m->buckets == NULL || m->flows == NULL || m->walk.interfaces == NULL || m->walk.rest == NULL)
        return false;
    forget_table(m);
    walk_start(&m->walk, true);
    return true;
}

/* Meter(FlowRecord, Packet, Weird, Loss, protocols, other_kinds, key of 16 bytes, most flows at once) */
static PyObject *meter_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *records[4], *protocols, *kinds;
    const char *key;
    Py_ssize_t key_len;
    unsigned max_flows;
    (void)kwargs;
    if (!PyArg_ParseTuple(args, "OOOOO!O!y#I", &records[0], &records[1], &records[2], &records[3], &PyTuple_Type,
                          &protocols, &PyTuple_Type, &kinds, &key, &key_len, &max_flows))
        return NULL;
    bool tuples = true;
    for (int i = 0; i < 4; i++)
        tuples = tuples && PyType_Check(records[i]) &&
                 PyType_IsSubtype((PyTypeObject *)records[i], &PyTuple_Type);
    if (!tuples || key_len != 16 || PyTuple_Size(protocols) != 256 || PyTuple_Size(kinds) != OTHERS ||
        max_flows < 1 || max_flows > 1u << 30)
        return PyErr_Format(PyExc_ValueError, "expected what sensor.meter.new_meter passes");
    allocfunc allocate = (allocfunc)PyType_GetSlot(type, Py_tp_alloc);
    Meter *m = (Meter *)allocate(type, 0); /* zeroed */
    if (m == NULL)
        return NULL;
    m->flow_type = shared(records[0]), m->packet_type = shared(records[1]);
    m->weird_type = shared(records[2]), m->loss_type = shared(records[3]);
    m->protocols = shared(protocols), m->other_kinds = shared(kinds);
    m->tuple_new = (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new);
    m->tuple_alloc = (allocfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_alloc);
    m->in_place = Py_Version < 0x030E0000; /* since 3.14 a tuple keeps its hash, which tuple.__new__ prepares */
    memcpy(m->hash_key, key, 16);
    bool texts = make_texts(m);
    if (!texts || !make_table(m, max_flows)) {
        Py_DECREF(m);
        return texts ? PyErr_NoMemory() : NULL;
    }
    return (PyObject *)m;
}

static PyMethodDef METHODS[] = {
    {"feed", (PyCFunction)meter_feed, METH_O, "Return what this block brought, in capture order."},
    {"flush", (PyCFunction)meter_flush, METH_VARARGS, "Return the flows that remain, at most so many at a time."},
    {"tick", (PyCFunction)meter_tick, METH_O, "Return what the passing of time, in nanoseconds, ends."},
    {"stats", (PyCFunction)meter_stats, METH_NOARGS, "Return counts since the start."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_new, meter_new},
    {Py_tp_dealloc, meter_dealloc},
    {Py_tp_methods, METHODS},
    {Py_tp_doc, "See sensor.meter.Meter."},
    {0, NULL},
};

static PyType_Spec SPEC = {"sensor.meter._meter.Meter", sizeof(Meter), 0, Py_TPFLAGS_DEFAULT, SLOTS};

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromSpec(&SPEC);
    int result = type == NULL ? -1 : PyModule_AddObjectRef(module, "Meter", type);
    Py_XDECREF(type);
    return result;
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef MODULE = {PyModuleDef_HEAD_INIT, "_meter", "The native meter; see sensor.meter.", 0,
                                    NULL, MODULE_SLOTS, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__meter(void) { return PyModuleDef_Init(&MODULE); }
