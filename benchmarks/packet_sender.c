/* Sends UDP packets at a steady rate: packet_sender INTERFACE PACKETS_PER_S SECONDS BYTES FLOWS
 *
 * Prints how many packets went out. Frames are built once, one a flow, and handed to the driver in batches
 * (sendmmsg on AF_PACKET, past the queueing discipline), a batch each millisecond.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { MOST_FLOWS = 4096, MOST_BYTES = 1514, MOST_BATCH = 1024 };

static uint8_t frames[MOST_FLOWS][MOST_BYTES];

static void build(uint8_t *frame, unsigned bytes, unsigned flow) {
    static const uint8_t head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 0, 0, 1, 0x40, 0, 64, 17};
    memset(frame, 0x55, bytes);
    memcpy(frame, head, sizeof head);
    uint16_t total = htons((uint16_t)(bytes - 14)), length = htons((uint16_t)(bytes - 34));
    memcpy(frame + 16, &total, 2);
    memset(frame + 24, 0, 2);
    uint32_t src = htonl(0xC6120000u + flow), dst = htonl(0xC6130001u);
    memcpy(frame + 26, &src, 4);
    memcpy(frame + 30, &dst, 4);
    uint16_t ports[2] = {htons((uint16_t)(20000 + flow)), htons(9)};
    memcpy(frame + 34, ports, 4);
    memcpy(frame + 38, &length, 2);
    memset(frame + 40, 0, 2);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: packet_sender INTERFACE PACKETS_PER_S SECONDS BYTES FLOWS\n");
        return 2;
    }
    double rate = atof(argv[2]), seconds = atof(argv[3]);
    unsigned bytes = (unsigned)atoi(argv[4]), flows = (unsigned)atoi(argv[5]);
    if (bytes < 60 || bytes > MOST_BYTES || flows < 1 || flows > MOST_FLOWS)
        return 2;
    for (unsigned i = 0; i < flows; i++)
        build(frames[i], bytes, i);
    int s = socket(AF_PACKET, SOCK_RAW, 0), one = 1;
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
    if (s < 0 || to.sll_ifindex == 0 || bind(s, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("packet_sender");
        return 1;
    }
    setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
    struct mmsghdr messages[MOST_BATCH] = {0};
    struct iovec parts[MOST_BATCH];
    uint64_t sent = 0;
    double start = now(), at;
    while ((at = now() - start) < seconds) {
        uint64_t due = (uint64_t)(at * rate);
        unsigned count = due > sent ? (unsigned)(due - sent < MOST_BATCH ? due - sent : MOST_BATCH) : 0;
        for (unsigned i = 0; i < count; i++) {
            parts[i] = (struct iovec){frames[(sent + i) % flows], bytes};
            messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        }
        int done = count ? sendmmsg(s, messages, count, 0) : 0;
        if (done > 0)
            sent += (uint64_t)done;
        else if (done < 0 && errno != ENOBUFS && errno != EAGAIN) {
            perror("packet_sender");
            return 1;
        }
        struct timespec pause = {0, 1000000};
        if (count < MOST_BATCH)
            nanosleep(&pause, NULL);
    }
    printf("%llu %.3f\n", (unsigned long long)sent, now() - start);
    return 0;
}
