/* Datagrams that say what an earlier one said: questions, announcements, leases. Part of _quick.c. */

/* Set `key` to the reader and the message without what is new in each (dns, mdns: the id; dhcp: xid, secs). */
static bool datagram_key(struct words *key, enum reader reader, const uint8_t *data, size_t len) {
    size_t skip = reader == R_DNS || reader == R_MDNS ? 2 : 0;
    if (len > MAX_KEY - 1 || len < skip)
        return false;
    key->data[0] = (uint8_t)reader;
    memcpy(key->data + 1, data + skip, len - skip);
    key->len = 1 + len - skip;
    if (reader == R_DHCP) {
        if (len < 10)
            return false;
        memset(key->data + 1 + 4, 0, 6);
    }
    if (reader == R_NTP)
        key->len = 2; /* version and mode; the rest are times */
    return true;
}

/* Tell what the same message told before. */
static enum outcome repeated(Reader *r, PyObject *out, const struct packet *p, enum reader reader) {
    struct words key;
    if (!datagram_key(&key, reader, p->data, p->len))
        return NOT_MINE;
    PyObject *known = memo_find(&r->datagrams, key.data, key.len);
    if (known == NULL)
        return ask(r, 0, L_RECORDS, key.data, key.len);
    Py_ssize_t count = PyTuple_Size(known);
    for (Py_ssize_t i = 0; i < count; i++)
        if (tell(out, again(r, field(known, i), p)) == FAILED)
            return FAILED;
    return READ;
}

/* mDNS questions are not read; this says that no dissector for any port would take one either. */
static bool plain_question(const struct packet *p) {
    return p->dport == 5353 && p->len >= 12 && p->data[0] == 0 && p->data[1] == 0 && p->data[2] < 0x80 &&
           memcmp(p->data + 4, "\x21\x12\xa4\x42", 4) != 0;
}

static enum outcome read_udp(Reader *r, PyObject *out, const struct packet *p) {
    enum reader reader = r->ports[p->dport] ? r->ports[p->dport] : r->ports[p->sport];
    bool response = p->len > 2 && p->data[2] >= 0x80;
    enum outcome outcome;
    switch (reader) {
    case R_DNS:
        outcome = response ? dns_answer(r, out, p) : dns_question(r, out, p);
        return outcome == NOT_MINE && !response ? repeated(r, out, p, reader) : outcome;
    case R_MDNS:
        if (response)
            return repeated(r, out, p, reader);
        return plain_question(p) ? READ : NOT_MINE;
    case R_NTP:
        if (p->dport != 123 || p->len < 48 || (p->data[0] & 7) != 3)
            return NOT_MINE;
        return repeated(r, out, p, reader);
    case R_DHCP:
    case R_SSDP:
        return repeated(r, out, p, reader);
    default:
        return NOT_MINE;
    }
}
