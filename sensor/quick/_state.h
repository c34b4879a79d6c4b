/* Bounds, what a reader keeps, and the fields of packets and records it knows. Part of _quick.c. */
enum {
    MAX_KEY = 1024,       /* bytes that are remembered of one message: usual ones have 50 to 500 */
    MAX_DER = 4096,       /* of one certificate; usual ones have 1,000 to 2,000 */
    MAX_FLIGHT = 16384,   /* bytes of a TLS direction: as many as the meter hands up of one */
    MAX_PACKETS = 16,     /* of these packets: a dozen full ones hold them */
    MAX_ANSWERS = 32,     /* records of a DNS answer; usual ones have fewer than ten */
    MAX_TYPES = 256,      /* extensions of a hello; usual ones have fewer than 30 */
    MAX_REQUESTS = 255,   /* of an HTTP direction; Http1 reads one more and ends it */
    MAX_HEADERS = 64,     /* MAX_ITEMS of records.py: with as many names some may be missing */
    MAX_NAME = 254,       /* characters of a DNS name whose labels are plain (RFC 1035 §2.3.4) */
    WAYS = 8,             /* places of a memo in which one key may stand */
    DATAGRAMS = 1024,     /* remembered messages: a home's things say a few hundred again and again */
    REQUESTS = 2048,      /* remembered heads of HTTP requests: 5 MiB at worst */
    CLIENTS = 512,        /* remembered TLS clients: some dozens in a home */
    NAMES = 2048,         /* remembered names, of DNS and of TLS each */
    CERTIFICATES = 1024,  /* remembered certificates: 5 MiB at worst */
    ADDRESSES = 4096,
    TEMPLATE_TYPES = 16,
};

enum { P_NONE = PACKET_FIELDS }; /* no field of a packet */
/* Fields of records that are read or set by themselves. */
enum { FLOW_TS = 0, FLOW_DURATION = 1, FLOW_UID = 2, FLOW_PROTO = 5, FLOW_END = 24 };
enum { HELLO_NAME = 8, CERTIFICATE_CHAIN = 13, HTTP_CONTENT_BYTES = 13, HTTP_HEADER_NAMES = 14 };

/* One selected packet: an item of a meter's batch, or a Packet. The objects are owned: see _packet.h. */
struct packet {
    PyObject *source;        /* the batch, or the Packet */
    const struct item *item; /* of the batch; NULL for a Packet */
    Py_ssize_t at;           /* where in the batch */
    PyObject *ts, *uid;
    const uint8_t *data;
    size_t len;
    uint32_t seq;
    uint16_t sport, dport;
    bool is_orig;
};

/* What came of a packet. */
enum outcome { FAILED = -1, NOT_MINE, READ };

/* Which reader a UDP port has, in the order of READERS in __init__.py. */
enum reader { R_NONE, R_DNS, R_MDNS, R_DHCP, R_SSDP, R_NTP, R_OTHER };

struct entry {
    uint64_t hash;
    uint8_t *key;
    uint32_t len;
    PyObject *value;
};

/* Values by bytes; in each set of WAYS places the oldest goes. */
struct memo {
    uint32_t sets;
    struct entry *entries;
};

/* A record type whose records can be made from an earlier one: its first fields are these of the packet (P_NONE:
 * the earlier one's).
 */
struct template {
    PyObject *type;
    Py_ssize_t count;
    uint8_t from[8];
};

/* What Python is reading now because it was not remembered. */
enum lesson { L_NONE, L_RECORDS, L_CLIENT, L_NAME, L_CERTIFICATE, L_REQUEST };
struct asked {
    enum lesson lesson;
    uint32_t len;
    uint8_t key[MAX_DER];
};

/* Bytes of a message that come to be the key of a memo. */
struct words {
    size_t len;
    uint8_t data[MAX_KEY];
};

typedef struct {
    PyObject_HEAD
    double latest;   /* ts of the last packet or Weird */
    double last_ts;  /* the latest end of a flow */
    const struct packed *packed; /* how to read a meter's batch; NULL where the meter is plain Python */
    PyObject *meter; /* the module that has `packed` */
    PyObject *packet_type, *flow_type, *query_type, *answer_type, *hello_type, *server_type, *certificate_type, *http_type;
    PyObject *tables[2]; /* of Directions: responders', originators' */
    PyObject *resolvers; /* addresses */
    PyObject *tcp_text, *udp_text, *active_text, *empty, *upgrade_text, *encoding_text;
    struct template templates[TEMPLATE_TYPES];
    int template_count;
    uint8_t ports[65536]; /* enum reader */
    double span_s;
    Py_ssize_t most_directions;
    struct memo datagrams, requests, clients, server_names, names, certificates, addresses;
    struct asked asked[2];
    struct maker maker;
    uint8_t flight[MAX_FLIGHT], handshake[MAX_FLIGHT];
} Reader;

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t be24(const uint8_t *p) { return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]; }
static inline uint32_t be32(const uint8_t *p) { return (uint32_t)be16(p) << 16 | be16(p + 2); }
static inline PyObject *shared(PyObject *object) {
    Py_INCREF(object);
    return object;
}
static inline PyObject *field(PyObject *tuple, Py_ssize_t index) { return PyTuple_GetItem(tuple, index); }
