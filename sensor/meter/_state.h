/* What a meter keeps: flows, the walk through a file, texts, counts. Part of _meter.c. */
struct key {
    uint8_t address[2][16]; /* IPv4 in the first four bytes, then zeros; the end that sorts first leads */
    uint16_t port[2];
    uint16_t vlan;
    uint8_t proto, version;
};

/* What each end sent in this part: no other counter can pass the first, and that ends a part at PART_BYTES. */
struct counts {
    uint32_t wire[2], ip[2], payload[2], packets[2];
};

/* One flow: 152 bytes, so that a million take 145 MiB. Ends are 0 and 1 in the order of the key. What every
 * packet reads or writes stands first and together.
 */
struct flow {
    struct key key;
    uint32_t hash_next; /* in its bucket; in the free list */
    uint32_t seen_s;    /* watermark at its last packet */
    int64_t first_ns, last_ns;
    struct counts counts; /* of this part */
    uint8_t state[2];     /* select: see there */
    uint8_t flags[2];
    uint16_t slot : 9;  /* of the wheel, where it is linked now */
    uint16_t orig : 1;  /* which end is the originator */
    uint16_t known : 6; /* K_ bits */
    uint16_t limit[2];  /* select: stream bytes of a TLS hello to hand up */
    uint8_t orig_dst_mac[6], mac[2][6];
    uint32_t base[2];    /* select: sequence number of the first stream byte */
    uint32_t prev, next; /* in its slot of the wheel; next: while flushing */
    uint32_t part;
    int64_t start_ns;
};
_Static_assert(sizeof(struct key) == 40, "a key is hashed and compared as its bytes");
_Static_assert(sizeof(struct flow) == 152, "the memory of a million flows is a promise");

enum { K_MAC0 = 1, K_MAC1 = 2, K_DST = 4, K_CLOSED = 8, K_FIN0 = 16, K_FIN1 = 32 };

enum { HASH_KEYS = 11 }; /* one for each 32 bits of a key, and one */

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
    struct uid_text uids[UID_TEXTS];
    struct walk walk;
    struct waiting waiting[BATCH];
    int waiting_count;
    uint64_t hash_key[HASH_KEYS];
    struct flow *flows; /* index 0 means "none" */
    uint32_t *buckets, bucket_mask, most_buckets;
    uint32_t max_flows, live, free, unused; /* unused: the first index never taken */
    uint32_t slot_head[WHEEL_S], slot_tail[WHEEL_S];
    int64_t now_s, next_second_ns; /* now_s: the watermark, -1 before the first frame */
    bool flushing;
    uint32_t flush_next;
    uint64_t packets, wire_bytes, flow_packets, weird_packets, begun, evictions, others[OTHERS];
} Meter;
