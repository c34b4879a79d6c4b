/* Datagrams that say what an earlier one said: questions, announcements, leases. Part of _quick.c. */

/* Set `key` to the reader and the message without what is new in each (dns, mdns: the id; dhcp: xid, secs). */
static bool datagram_key(struct key *key, enum reader reader, const uint8_t *data, size_t len) {
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
static enum outcome repeated(Reader *r, PyObject *out, PyObject *packet, enum reader reader,
                             const uint8_t *data, size_t len) {
    struct key key;
    if (!datagram_key(&key, reader, data, len))
        return NOT_MINE;
    PyObject *known = memo_find(&r->datagrams, key.data, key.len);
    if (known == NULL)
        return ask(r, 0, L_RECORDS, key.data, key.len);
    Py_ssize_t count = PyTuple_Size(known);
    for (Py_ssize_t i = 0; i < count; i++)
        if (tell(out, again(r, field(known, i), packet)) == FAILED)
            return FAILED;
    return READ;
}

/* mDNS questions are not read; this says that no dissector for any port would take one either. */
static bool plain_question(const uint8_t *data, size_t len, long dport) {
    return dport == 5353 && len >= 12 && data[0] == 0 && data[1] == 0 && data[2] < 0x80 &&
           memcmp(data + 4, "\x21\x12\xa4\x42", 4) != 0;
}

static enum outcome read_udp(Reader *r, PyObject *out, PyObject *packet, const uint8_t *data, size_t len) {
    long sport = PyLong_AsLong(field(packet, P_SPORT)), dport = PyLong_AsLong(field(packet, P_DPORT));
    if (sport < 0 || sport > 65535 || dport < 0 || dport > 65535)
        return PyErr_Occurred() ? FAILED : NOT_MINE;
    enum outcome outcome;
    enum reader reader = r->ports[dport] ? r->ports[dport] : r->ports[sport];
    switch (reader) {
    case R_DNS:
        if (len > 2 && data[2] >= 0x80)
            return dns_answer(r, out, packet, data, len);
        outcome = dns_question(r, out, packet, data, len);
        return outcome == NOT_MINE ? repeated(r, out, packet, reader, data, len) : outcome;
    case R_MDNS:
        if (len > 2 && data[2] >= 0x80)
            return repeated(r, out, packet, reader, data, len);
        return plain_question(data, len, dport) ? READ : NOT_MINE;
    case R_NTP:
        if (dport != 123 || len < 48 || (data[0] & 7) != 3)
            return NOT_MINE;
        return repeated(r, out, packet, reader, data, len);
    case R_DHCP:
    case R_SSDP:
        return repeated(r, out, packet, reader, data, len);
    default:
        return NOT_MINE;
    }
}
