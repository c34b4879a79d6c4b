/* First messages of TLS directions: hellos of both ends, and the certificate before TLS 1.3. Part of _quick.c.
 *
 * Twin of dissect/tls.py and dissect/tls_server.py for segments that come in order. While a message is not
 * whole, the direction's place in its table holds a tuple of its packets so far; Directions can go on from it.
 */
enum { HANDSHAKE = 22, RECORD_HEADER = 5, MESSAGE_HEADER = 4, MAX_RECORD = 16384 + 2048 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11, MAX_CHAIN = 16, MAX_EXTENSIONS = 64 };
enum { E_NAME = 0, E_ALGORITHMS = 13, E_ALPN = 16, E_VERSIONS = 43, E_KEY_SHARE = 51, E_ECH = 0xFE0D };
enum { TLS13 = 0x0304, DNS_OVER_TLS = 853 };

/* What the packets of a direction hold in the clear. */
struct flight {
    const uint8_t *data; /* in order */
    size_t len;
    size_t handshake_len; /* of Reader.handshake */
    bool other;           /* a record of another kind ends the handshake */
};

/* Gather this packet behind those that `before` has (NULL: none). False where they do not follow. */
static bool gather(Reader *r, PyObject *before, const struct packet *p, struct flight *flight) {
    *flight = (struct flight){p->data, p->len, 0, false};
    Py_ssize_t count = before == NULL ? 0 : PyTuple_Size(before);
    if (p->len > MAX_FLIGHT || count >= MAX_PACKETS)
        return false;
    if (count == 0)
        return true;
    size_t used = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *payload = field(field(before, i), P_PAYLOAD); /* bytes: see keep */
        size_t size = (size_t)PyBytes_Size(payload);
        memcpy(r->flight + used, PyBytes_AsString(payload), size); /* all together fitted before */
        used += size;
    }
    uint32_t first = (uint32_t)PyLong_AsUnsignedLongMask(field(field(before, 0), P_SEQ));
    if (p->seq != (uint32_t)(first + used) || used + p->len > MAX_FLIGHT)
        return false;
    memcpy(r->flight + used, p->data, p->len);
    flight->data = r->flight;
    flight->len = used + p->len;
    return true;
}

/* Move the fragments of whole records to Reader.handshake. False for a length that no record has. */
static bool unwrap(Reader *r, struct flight *flight) {
    size_t at = 0;
    while (at + RECORD_HEADER <= flight->len) {
        size_t size = be16(flight->data + at + 3), end = at + RECORD_HEADER + size;
        if (flight->data[at] != HANDSHAKE) {
            flight->other = true;
            return true;
        }
        if (size == 0 || size > MAX_RECORD)
            return false;
        if (end > flight->len)
            return true;
        memcpy(r->handshake + flight->handshake_len, flight->data + at + RECORD_HEADER, size);
        flight->handshake_len += size;
        at = end;
    }
    return true;
}

/* Remember in the direction's place its packets so far. */
static enum outcome keep(PyObject *table, PyObject *before, const struct packet *p) {
    Py_ssize_t count = before == NULL ? 0 : PyTuple_Size(before);
    PyObject *packet = whole(p), *packets = packet == NULL ? NULL : PyTuple_New(count + 1);
    for (Py_ssize_t i = 0; packets != NULL && i < count; i++)
        PyTuple_SetItem(packets, i, shared(field(before, i)));
    if (packets != NULL)
        PyTuple_SetItem(packets, count, shared(packet));
    int result = packets == NULL ? -1 : PyDict_SetItem(table, p->uid, packets);
    Py_XDECREF(packet);
    Py_XDECREF(packets);
    return result < 0 ? FAILED : READ;
}

/* Remember there that it is done. */
static enum outcome finish(PyObject *table, const struct packet *p) {
    return PyDict_SetItem(table, p->uid, Py_None) < 0 ? FAILED : READ;
}

static bool put(struct words *key, const uint8_t *data, size_t len) {
    if (key->len + len > MAX_KEY)
        return false;
    memcpy(key->data + key->len, data, len);
    key->len += len;
    return true;
}

static bool put16(struct words *key, size_t number) {
    const uint8_t bytes[2] = {(uint8_t)(number >> 8), (uint8_t)number};
    return put(key, bytes, 2);
}

/* Add an extension's body, 0 for one that is not there. */
static bool put_body(struct words *key, const uint8_t *body, size_t len) {
    return body == NULL ? put16(key, 0) : put16(key, len + 1) && put(key, body, len);
}

/* The bodies of the extensions that are read; the first of a kind counts. */
struct bodies {
    const uint8_t *name, *algorithms, *alpn, *versions, *ech;
    size_t name_len, algorithms_len, alpn_len, versions_len, ech_len;
};

static void take(const uint8_t **body, size_t *body_len, const uint8_t *data, size_t len) {
    if (*body == NULL)
        *body = data, *body_len = len;
}

/* Add the extensions' types to the key and find their bodies; false where a length leads past the end. */
static bool client_extensions(const uint8_t *d, size_t len, struct words *key, struct bodies *found) {
    if (len == 0)
        return put16(key, 0);
    if (len < 2 || 2 + (size_t)be16(d) > len)
        return false;
    size_t end = 2 + (size_t)be16(d), types = 0, at, size;
    uint8_t listed[2 * MAX_TYPES];
    for (at = 2; at < end; at += 4 + size, types++) {
        if (at + 4 > end || types == MAX_TYPES)
            return false;
        uint16_t kind = be16(d + at);
        size = be16(d + at + 2);
        if (at + 4 + size > end)
            return false;
        memcpy(listed + 2 * types, d + at, 2);
        if (kind == E_NAME)
            take(&found->name, &found->name_len, d + at + 4, size);
        else if (kind == E_ALGORITHMS)
            take(&found->algorithms, &found->algorithms_len, d + at + 4, size);
        else if (kind == E_ALPN)
            take(&found->alpn, &found->alpn_len, d + at + 4, size);
        else if (kind == E_VERSIONS)
            take(&found->versions, &found->versions_len, d + at + 4, size);
        else if (kind == E_ECH)
            take(&found->ech, &found->ech_len, d + at + 4, size ? 1 : 0); /* inner or outer */
    }
    return put16(key, types) && put(key, listed, 2 * types);
}

/* Set `client` to all that one client says to every server, `found->name` to the server's name. */
static bool hello_keys(const uint8_t *d, size_t len, struct words *client, struct bodies *found) {
    client->len = 0;
    size_t at = 35;
    if (len < at || len < at + d[34] + 2)
        return false;
    at += d[34];
    size_t ciphers = be16(d + at);
    if (len < at + 2 + ciphers + 1 || !put(client, d, 2) || !put16(client, ciphers) ||
        !put(client, d + at + 2, ciphers))
        return false;
    at += 2 + ciphers;
    at += 1 + (size_t)d[at]; /* compression methods */
    return at <= len && client_extensions(d + at, len - at, client, found) &&
           put_body(client, found->algorithms, found->algorithms_len) &&
           put_body(client, found->alpn, found->alpn_len) &&
           put_body(client, found->versions, found->versions_len) && put_body(client, found->ech, found->ech_len);
}

/* Say whether a hello goes to the address of a known resolver; -1 on an error. */
static int to_resolver(const Reader *r, const struct packet *p) {
    PyObject *dst = of(r, p, P_DST);
    int found = dst == NULL ? -1 : PySet_Contains(r->resolvers, dst);
    Py_XDECREF(dst);
    return found;
}

/* Tell a hello of which client and name are remembered. No such hello went to a resolver by its name. */
static enum outcome tell_hello(Reader *r, PyObject *out, const struct packet *p, const uint8_t *body, size_t len) {
    struct words client;
    struct bodies found = {0};
    if (!hello_keys(body, len, &client, &found) || found.name_len > MAX_KEY)
        return NOT_MINE;
    PyObject *known = memo_find(&r->clients, client.data, client.len), *name = Py_None;
    if (found.name != NULL)
        name = memo_find(&r->server_names, found.name, found.name_len);
    if (known == NULL)
        ask(r, 0, L_CLIENT, client.data, client.len);
    if (name == NULL)
        ask(r, 1, L_NAME, found.name, found.name_len);
    if (known == NULL || name == NULL)
        return NOT_MINE;
    int resolver = name == Py_None ? to_resolver(r, p) : 0;
    if (resolver != 0)
        return resolver < 0 ? FAILED : NOT_MINE;
    PyObject *fields[MOST_FIELDS];
    Py_ssize_t count = fill(r, known, p, fields);
    Py_DECREF(fields[HELLO_NAME]);
    fields[HELLO_NAME] = shared(name);
    return tell(out, make_named(&r->maker, r->hello_type, fields, count));
}

/* What one ServerHello says. */
struct choice {
    long version, cipher, group; /* group: -1 without one */
    struct name alpn;            /* of no characters without one */
};

/* Set `name` to the one protocol of an ALPN extension; false where it is not plain text. */
static bool chosen_protocol(const uint8_t *d, size_t size, struct name *name) {
    if (size < 4 || d[2] == 0 || d[2] > size - 3)
        return false;
    name->len = d[2] < MAX_NAME ? d[2] : 0;
    for (int i = 0; i < name->len; i++) {
        if (d[3 + i] < 0x20 || d[3 + i] > 0x7E || d[3 + i] == '\\')
            return false;
        name->text[i] = (char)d[3 + i];
    }
    return name->len > 0;
}

/* False for what is not whole or not plain. */
static bool server_choice(const uint8_t *d, size_t len, struct choice *choice) {
    size_t at = 35, end;
    if (len < at || len < at + d[34] + 3)
        return false;
    at += d[34];
    choice->version = be16(d), choice->cipher = be16(d + at), choice->group = -1;
    choice->alpn.len = 0;
    at += 3;
    if (at == len)
        return true;
    if (at + 2 > len || (end = at + 2 + be16(d + at)) > len)
        return false;
    at += 2;
    for (int found = 0; at < end && found < MAX_EXTENSIONS; found++) {
        if (at + 4 > end || at + 4 + be16(d + at + 2) > end)
            return false;
        uint16_t kind = be16(d + at);
        size_t size = be16(d + at + 2);
        if ((kind == E_VERSIONS && size != 2) || (kind == E_KEY_SHARE && size < 2) ||
            (kind == E_ALPN && !chosen_protocol(d + at + 4, size, &choice->alpn)))
            return false;
        if (kind == E_VERSIONS)
            choice->version = be16(d + at + 4);
        if (kind == E_KEY_SHARE)
            choice->group = be16(d + at + 4);
        at += 4 + size;
    }
    return true;
}

static PyObject *server_record(Reader *r, const struct packet *p, const struct choice *choice) {
    PyObject *fields[] = {
        of(r, p, P_TS),
        of(r, p, P_UID),
        of(r, p, P_DST_MAC),
        of(r, p, P_DST),
        of(r, p, P_DPORT),
        of(r, p, P_SRC),
        of(r, p, P_SPORT),
        PyLong_FromLong(choice->version),
        PyLong_FromLong(choice->cipher),
        choice->group < 0 ? shared(Py_None) : PyLong_FromLong(choice->group),
        choice->alpn.len ? name_text(r, &choice->alpn) : shared(Py_None),
    };
    return make_named(&r->maker, r->server_type, fields, sizeof fields / sizeof *fields);
}

/* The first certificate of a chain, and how many there are; certificate NULL for an empty chain. */
struct chain {
    const uint8_t *certificate;
    size_t len;
    long count;
};

static bool read_chain(const uint8_t *d, size_t len, struct chain *chain) {
    *chain = (struct chain){0};
    for (size_t at = 3; at + 3 <= len && chain->count < MAX_CHAIN; chain->count++) {
        size_t size = be24(d + at);
        at += 3 + size;
        if (at > len)
            return false;
        if (chain->len == 0)
            chain->certificate = d + at - size, chain->len = size;
    }
    return true;
}

static PyObject *certificate_record(Reader *r, const struct packet *p, PyObject *known, long count) {
    PyObject *fields[MOST_FIELDS];
    Py_ssize_t fields_count = fill(r, known, p, fields);
    Py_DECREF(fields[CERTIFICATE_CHAIN]);
    fields[CERTIFICATE_CHAIN] = PyLong_FromLong(count);
    return make_named(&r->maker, r->certificate_type, fields, fields_count);
}

/* Whole messages of a server: where its hello and the chain are. */
struct server {
    struct choice choice;
    struct chain chain;
    bool has_hello, done;
};

/* False for what is not to be read here: another beginning, a fault. */
static bool server_messages(const uint8_t *d, size_t len, struct server *server) {
    server->has_hello = server->done = false;
    server->chain.len = 0;
    while (len >= MESSAGE_HEADER) {
        size_t end = MESSAGE_HEADER + be24(d + 1);
        if (end > MAX_FLIGHT || (d[0] == SERVER_HELLO) == server->has_hello)
            return false; /* the hello comes first and once */
        if (end > len)
            return server->has_hello;
        if (!server->has_hello) {
            if (!server_choice(d + MESSAGE_HEADER, end - MESSAGE_HEADER, &server->choice))
                return false;
            server->has_hello = true;
            if (server->choice.version >= TLS13)
                return server->done = true;
        } else if (d[0] == CERTIFICATE) {
            server->done = true;
            return read_chain(d + MESSAGE_HEADER, end - MESSAGE_HEADER, &server->chain);
        }
        d += end;
        len -= end;
    }
    return server->has_hello;
}

static enum outcome read_server(Reader *r, PyObject *out, PyObject *table, PyObject *before,
                                const struct packet *p, struct flight *flight) {
    struct server server;
    PyObject *known = NULL;
    if (!unwrap(r, flight) || !server_messages(r->handshake, flight->handshake_len, &server))
        return NOT_MINE;
    if (server.chain.len) {
        if (server.chain.len > MAX_DER)
            return NOT_MINE;
        known = memo_find(&r->certificates, server.chain.certificate, server.chain.len);
        if (known == NULL)
            return ask(r, 0, L_CERTIFICATE, server.chain.certificate, server.chain.len);
    }
    if (before == NULL && tell(out, server_record(r, p, &server.choice)) == FAILED)
        return FAILED;
    if (known != NULL && tell(out, certificate_record(r, p, known, server.chain.count)) == FAILED)
        return FAILED;
    bool done = server.done || flight->other || flight->len >= MAX_FLIGHT;
    return done ? finish(table, p) : keep(table, before, p);
}

static enum outcome read_client(Reader *r, PyObject *out, PyObject *table, PyObject *before,
                                const struct packet *p, struct flight *flight) {
    if (!unwrap(r, flight) || (flight->handshake_len && r->handshake[0] != CLIENT_HELLO))
        return NOT_MINE;
    size_t len = flight->handshake_len, body = len < MESSAGE_HEADER ? 0 : be24(r->handshake + 1);
    if (body > MAX_FLIGHT || ((len < MESSAGE_HEADER || len < MESSAGE_HEADER + body) && flight->other))
        return NOT_MINE;
    if (len < MESSAGE_HEADER || len < MESSAGE_HEADER + body)
        return keep(table, before, p);
    enum outcome outcome = tell_hello(r, out, p, r->handshake + MESSAGE_HEADER, body);
    return outcome == READ ? finish(table, p) : outcome;
}

/* Read a segment of a TLS direction; `before` are those before it, NULL for the first. */
static enum outcome read_tls(Reader *r, PyObject *out, PyObject *table, PyObject *before, const struct packet *p) {
    struct flight flight;
    if (!gather(r, before, p, &flight) || flight.len < 6)
        return NOT_MINE;
    if (flight.data[5] == SERVER_HELLO)
        return read_server(r, out, table, before, p, &flight);
    if (flight.data[5] == CLIENT_HELLO && p->dport != DNS_OVER_TLS)
        return read_client(r, out, table, before, p, &flight);
    return NOT_MINE;
}
