/* Bounds, names, and numbers out of bytes. Part of _meter.c. */
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
    MAX_ATTRIBUTES = 32,
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
    BACK_S = 60,
    SERVICE_PORTS = 1024,
    ADDRESS_TEXTS = 4096, /* cached texts: a home's addresses and those it talks to in an hour */
    MAC_TEXTS = 256,
    UID_TEXTS = 1024, /* the same of flows that are being opened, whose packets are handed up */
    BATCH = 32,       /* packets whose flows are fetched together: with fewer the processor waits for memory */
    CACHED_FLOWS = 32768,  /* 4 MiB: so many flows the processor's caches hold */
    FEWEST_BUCKETS = 4096, /* 16 KiB */
    FETCH = 192,           /* bytes of a record to come that are fetched while this one is counted */
    FETCH_RECORDS = 4,     /* of so many records */
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
    O_MPLS, O_PPP, O_NULL, O_WIFI, O_LLC, O_STP, O_ETHERTYPE, OTHERS
};

/* Why a flow is reported, in the order of END_TEXTS. */
enum end { E_IDLE, E_ACTIVE, E_CLOSED, E_EVICTED, E_FLUSH, ENDS };
static const char *const END_TEXTS[ENDS] = {"idle", "active", "closed", "evicted", "flush"};

static inline uint16_t be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }

static inline uint32_t be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t be64(const uint8_t *p) { return (uint64_t)be32(p) << 32 | be32(p + 4); }

static inline uint16_t le16(const uint8_t *p) { return (uint16_t)(p[1] << 8 | p[0]); }

static inline uint32_t le32(const uint8_t *p) {
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t le64(const uint8_t *p) { return (uint64_t)le32(p + 4) << 32 | le32(p); }

static inline uint16_t get16(bool big, const uint8_t *p) { return big ? be16(p) : le16(p); }
static inline uint32_t get32(bool big, const uint8_t *p) { return big ? be32(p) : le32(p); }

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }
