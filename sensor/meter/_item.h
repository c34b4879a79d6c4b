/* What the meter hands on, packed: one item of a fixed size for each closed flow and each selected packet.
 *
 * An item becomes a Python record only when somebody asks for it (_records.h); a native reader walks the array
 * that the buffer protocol of a batch gives. Needs only <stdint.h>, so that it may include this too.
 */
#ifndef TATTLEBOX_ITEM_H
#define TATTLEBOX_ITEM_H
#include <stdint.h>

struct key {
    uint8_t address[2][16]; /* IPv4 in the first four bytes, then zeros; the end that sorts first leads */
    uint16_t port[2];       /* in the machine's byte order; ICMP: type, and answering type or code */
    uint16_t vlan;          /* 0xFFFF: none */
    uint8_t proto, version; /* IANA number; 4 or 6 */
};

/* What each end sent: no other counter can pass the first, and that ends a part at 2^32 - 1. */
struct counts {
    uint32_t wire[2], ip[2], payload[2], packets[2];
};

enum item_kind {
    ITEM_OBJECT, /* a record that is made already: a Weird, a Loss, an ARP packet */
    ITEM_FLOW,
    ITEM_PACKET,
};

enum { KNOWN_MAC0 = 1, KNOWN_MAC1 = 2, KNOWN_DST = 4 }; /* of a flow: which of its MACs were seen */
enum { PACKET_MACS = 1, PACKET_CUT = 2, PACKET_ORIG = 4, PACKET_FRAGMENT = 8, PACKET_DST_MAC = 16 };

struct item {
    uint8_t kind;
    uint8_t end;         /* flow: why it ended (enum end); packet: which end of the key sent it */
    uint8_t orig;        /* flow, packet: which end of the key is the originator */
    uint8_t known;       /* KNOWN_ bits of a flow, PACKET_ bits of a packet */
    uint32_t number;     /* flow: its part; packet: bytes of its payload; object: its place in the list */
    struct key key;      /* of the flow */
    int64_t start_ns;    /* when the flow began: with the key it gives the uid */
    int64_t ts_ns;       /* flow: first packet of this part */
    union {
        struct {
            int64_t last_ns;
            struct counts counts;
            uint8_t flags[2], mac[2][6], orig_dst_mac[6]; /* flags: the TCP flag bytes that each end sent */
            uint8_t zero[4];
        } flow;
        struct {
            uint64_t seq;           /* as Packet.seq in sensor/packet.py */
            const uint8_t *payload; /* in the block: valid while the batch is, and the block is not refilled */
            uint8_t src_mac[6], dst_mac[6];
        } packet;
    } of;
};
_Static_assert(sizeof(struct key) == 40, "a key is hashed and compared as its bytes");
_Static_assert(sizeof(struct item) == 128, "two cache lines; sensor/meter/packed.py reads this layout");
#endif
