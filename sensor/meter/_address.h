/* IP addresses as text: twin of flowid.address_text. Needs <stdint.h>, <string.h> and be16. */
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

/* RFC 5952 */
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
