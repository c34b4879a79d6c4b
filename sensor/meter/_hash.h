/* SipHash and SHA-1. Part of _meter.c, twin of flowid.py. */
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
        if (i >= 16) /* 16 words suffice for all 80 */                                                          \
            w[i & 15] = ROTL32(w[(i - 3) & 15] ^ w[(i - 8) & 15] ^ w[(i - 14) & 15] ^ w[i & 15], 1);            \
        uint32_t next = ROTL32(a, 5) + (mix) + e + constant + w[i & 15];                                        \
        e = d, d = c, c = ROTL32(b, 30), b = a, a = next;                                                       \
    }

/* SHA-1 (RFC 3174) of fewer than 56 bytes: one block. */
static void sha1_short(const uint8_t *data, size_t len, uint8_t out[20]) {
    uint8_t block[64] = {0};
    memcpy(block, data, len);
    block[len] = 0x80;
    block[63] = (uint8_t)(len * 8);
    block[62] = (uint8_t)(len * 8 >> 8);
    uint32_t w[16], h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    for (int i = 0; i < 16; i++)
        w[i] = be32(block + 4 * i);
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    SHA1_ROUNDS(0, (b & c) | (~b & d), 0x5A827999)
    SHA1_ROUNDS(20, b ^ c ^ d, 0x6ED9EBA1)
    SHA1_ROUNDS(40, (b & c) | (b & d) | (c & d), 0x8F1BBCDC)
    SHA1_ROUNDS(60, b ^ c ^ d, 0xCA62C1D6)
    h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    for (int i = 0; i < 20; i++)
        out[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}
