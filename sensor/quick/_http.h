/* Requests without a body, each in a segment of its own, as an earlier one. Part of _quick.c.
 *
 * Twin of dissect/http1.py for a head that differs from a remembered one in plain values of its query alone:
 * of those nothing is kept. Between requests the direction's place in its table holds a number: the sequence
 * number that comes next, and above its 32 bits how many requests there were; Directions can go on from it.
 */
static bool plain(uint8_t byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '.' || byte == '_' || byte == '~';
}

/* Return how long the value here is, 0 where not all of it is plain. Some byte behind it is not. */
static size_t plain_value(const uint8_t *data) {
    size_t len = 0;
    while (plain(data[len]))
        len++;
    return data[len] == '&' || data[len] == ' ' || data[len] == '#' ? len : 0;
}

/* Set `key` to the head without the values of its query where they are plain: no MAC address is. */
static bool request_key(struct words *key, const uint8_t *data, size_t len) {
    if (len < 16 || len > MAX_KEY || memcmp(data, "GET ", 4) != 0 || memcmp(data + len - 4, "\r\n\r\n", 4) != 0)
        return false;
    size_t at = 0;
    bool query = false;
    key->len = 0;
    while (data[at] != '\n') { /* there is one at the end */
        query = query || data[at] == '?';
        key->data[key->len++] = data[at++];
        if (query && data[at - 1] == '=')
            at += plain_value(data + at);
    }
    memcpy(key->data + key->len, data + at, len - at);
    key->len += len - at;
    return true;
}

/* Remember which segment comes next. */
static enum outcome await_next(PyObject *table, const struct packet *p, unsigned long long requests) {
    PyObject *state = PyLong_FromUnsignedLongLong(requests << 32 | (uint32_t)(p->seq + p->len));
    int result = state == NULL ? -1 : PyDict_SetItem(table, p->uid, state);
    Py_XDECREF(state);
    return result < 0 ? FAILED : READ;
}

/* Read a request; `state` is the number in the table, 0 for the first. */
static enum outcome read_request(Reader *r, PyObject *out, PyObject *table, unsigned long long state,
                                 const struct packet *p) {
    struct words key;
    if ((state != 0 && (uint32_t)state != p->seq) || state >> 32 >= MAX_REQUESTS ||
        !request_key(&key, p->data, p->len))
        return NOT_MINE;
    PyObject *known = memo_find(&r->requests, key.data, key.len);
    if (known == NULL)
        return ask(r, 0, L_REQUEST, key.data, key.len);
    if (tell(out, again(r, known, p)) == FAILED)
        return FAILED;
    return await_next(table, p, (state >> 32) + 1);
}

/* Say whether a record's request leaves its direction as it was: without a body, or what ends HTTP. */
static int repeatable(Reader *r, PyObject *record) {
    PyObject *names = field(record, HTTP_HEADER_NAMES);
    if (field(record, HTTP_CONTENT_BYTES) != Py_None || PyTuple_Size(names) >= MAX_HEADERS)
        return 0;
    int upgrade = PySequence_Contains(names, r->upgrade_text);
    int encoding = PySequence_Contains(names, r->encoding_text);
    return upgrade < 0 || encoding < 0 ? -1 : !upgrade && !encoding;
}
