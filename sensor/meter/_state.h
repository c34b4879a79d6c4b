/* What a meter keeps: flows, the walk through a file, texts, counts. Part of _meter.c. */
/* One flow: 128 bytes for what every packet reads or writes, aligned to the processor's cache lines, so that
 * two of them are fetched for a packet and no more.
 */
struct flow {
    struct key key;     /* version 0: this place is free */
    uint32_t hash_next; /* in its bucket; in the free list */
    uint32_t seen_s;    /* watermark at its last packet */
    int64_t first_ns, last_ns;
    struct counts counts; /* of this part; ends are 0 and 1 in the order of the key */
    int64_t start_ns;     /* when the flow began, with its first part */
    uint32_t base[2];     /* select: sequence number of the first stream byte */
    uint32_t part;
    uint16_t limit[2]; /* select: stream bytes of a TLS hello to hand up */
    uint8_t state[2];  /* select: see there */
    uint8_t flags[2];
    uint16_t slot : 9;  /* of the wheel, where it is linked now */
    uint16_t orig : 1;  /* which end is the originator */
    uint16_t known : 6; /* K_ bits */
};

/* What few packets need: where the flow is linked, and what is written once and read when it is reported. */
struct cold {
    uint32_t prev, next; /* in its slot of the wheel; next: while flushing */
    uint8_t mac[2][6], orig_dst_mac[6];
};
_Static_assert(sizeof(struct flow) == 128, "two cache lines");
_Static_assert(sizeof(struct cold) == 28, "the memory of a million flows is a promise");

enum { K_MAC0 = KNOWN_MAC0, K_MAC1 = KNOWN_MAC1, K_DST = KNOWN_DST, K_CLOSED = 8, K_FIN0 = 16, K_FIN1 = 32 };

enum { HASH_KEYS = 11 }; /* one for each 32 bits of a key, and one */

struct interface {
    uint32_t link, snaplen;
    int64_t offset_s;
    uint8_t resolution;
};

struct walk {
    bool pcap, lost, known, big; /* known: the byte order is */
    bool joining;                /* what is read lies in `rest` */
    uint32_t unit_ns, head, link, skip;
    uint64_t offset;
    int64_t last_ns;
    uint32_t interface_count;
    struct interface *interfaces;
    uint8_t *rest;
    size_t rest_len;
};

struct text {
    uint64_t name[2]; /* an address, or a MAC */
    uint8_t version;
    PyObject *text;
};

struct uid_text {
    struct key key;
    int64_t start_ns;
    PyObject *text;
};

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

/* A packet that will be counted in its flow. It points into the block that is being read. */
struct waiting {
    struct frame frame;
    struct packet packet;
    struct key key;
    uint32_t hash;
    int end; /* which end sent it */
};

/* The types of records, as sensor.meter._record_types returns them. */
enum record { R_FLOW, R_PACKET, R_WEIRD, R_LOSS, RECORDS };

typedef struct {
    PyObject_HEAD
    PyObject *record_types;   /* gives the tuple of types */
    PyObject *types[RECORDS]; /* NULL until one is made */
    PyObject *protocols, *other_kinds; /* tuples of str */
    PyObject *end_text[ENDS], *tcp_text, *udp_text, *icmp_text, *icmp6_text, *fragment_text, *arp_text,
        *lldp_text, *empty_text;
    struct maker maker;
    PyTypeObject *batch_type;
    struct batch *batch; /* the one being filled */
    struct item *spare;  /* of a batch that went: SPARE_ITEMS */
    struct text addresses[ADDRESS_TEXTS], macs[MAC_TEXTS];
    struct uid_text uids[UID_TEXTS];
    struct walk walk;
    struct waiting waiting[BATCH];
    int waiting_count;
    uint64_t hash_key[HASH_KEYS];
    struct flow *flows; /* index 0 means "none" */
    struct cold *cold;
    size_t table_bytes; /* of both, one behind the other */
    uint32_t *buckets, bucket_mask, most_buckets;
    uint32_t max_flows, live, free, unused; /* unused: the first index never taken */
    uint32_t slot_head[WHEEL_S], slot_tail[WHEEL_S];
    int64_t now_s; /* the watermark, -1 before the first frame */
    int64_t calm_from_ns;
    uint64_t calm_ns; /* a packet within so long from then on moves no time */
    bool flushing;
    uint32_t flush_next;
    uint64_t packets, wire_bytes, flow_packets, weird_packets, begun, evictions, others[OTHERS];
} Meter;

static inline bool same_key(const struct key *a, const struct key *b) {
    uint64_t x[5], y[5];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | (x[4] ^ y[4])) == 0;
}
