/* Questions to resolvers and their answers: addresses, aliases and what is passed over. Part of _quick.c.
 *
 * Twin of wire/dnsmessage.py and dissect/dns.py for plain names and few records; everything else is theirs.
 */
enum { T_A = 1, T_CNAME = 5, T_PTR = 12, T_TXT = 16, T_AAAA = 28, T_SRV = 33, T_SVCB = 64, T_HTTPS = 65 };
enum { DNS_HEADER = 12 };

/* A name in lower case, its labels joined by dots. */
struct name {
    uint8_t len;
    char text[MAX_NAME];
};

struct answer {
    struct name owner, target;
    uint16_t rtype;
    uint32_t ttl_s;
    const uint8_t *address;
};

/* Read the name at `*at` and move there behind it. False for what is not plain or not whole. */
static bool dns_name(const uint8_t *data, size_t len, size_t *at, struct name *name) {
    size_t offset = *at, lowest = offset, after = 0, used = 0;
    for (;;) {
        if (offset >= len)
            return false;
        size_t size = data[offset];
        if (size == 0)
            break;
        if (size >= 0xC0) {
            if (offset + 1 >= len)
                return false;
            size_t target = (size & 0x3F) << 8 | data[offset + 1];
            if (target < DNS_HEADER || target >= lowest)
                return false;
            after = after ? after : offset + 2;
            offset = lowest = target;
            continue;
        }
        if (size > 63 || offset + 1 + size > len || used + 1 + size > MAX_NAME)
            return false;
        if (used)
            name->text[used++] = '.';
        for (const uint8_t *byte = data + offset + 1; size > 0; size--, byte++) {
            if (*byte < 0x20 || *byte > 0x7E || *byte == '.' || *byte == '\\')
                return false;
            name->text[used++] = (char)(*byte >= 'A' && *byte <= 'Z' ? *byte | 0x20 : *byte);
        }
        offset += 1 + data[offset];
    }
    name->len = (uint8_t)used;
    *at = after ? after : offset + 1;
    return used < MAX_NAME; /* with its first length and its end, a name has at most 255 bytes */
}

static bool same_name(const struct name *a, const struct name *b) {
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Read a resource record of the answer section into `answer`, of another section where that is NULL. */
static bool dns_record(const uint8_t *data, size_t len, size_t *at, struct answer *answer) {
    struct name ignored;
    if (!dns_name(data, len, at, answer ? &answer->owner : &ignored) || *at + 10 > len)
        return false;
    const uint8_t *head = data + *at;
    uint16_t rtype = be16(head), size = be16(head + 8);
    size_t body = *at + 10, end = body + size;
    if (end > len || rtype == T_TXT || rtype == T_SRV || rtype == T_SVCB || rtype == T_HTTPS)
        return false;
    if ((rtype == T_A && size != 4) || (rtype == T_AAAA && size != 16))
        return false;
    if ((rtype == T_CNAME || rtype == T_PTR) && !dns_name(data, len, &body, answer ? &answer->target : &ignored))
        return false;
    if (answer) {
        answer->rtype = rtype;
        answer->ttl_s = be32(head + 4);
        answer->address = data + *at + 10;
    }
    *at = end;
    return true;
}

/* Return a new reference to the text of a name; texts are shared between records. */
static PyObject *name_text(Reader *r, const struct name *name) {
    PyObject *text = memo_find(&r->names, (const uint8_t *)name->text, name->len);
    if (text != NULL)
        return shared(text);
    text = PyUnicode_FromStringAndSize(name->text, name->len);
    if (text != NULL && memo_put(&r->names, (const uint8_t *)name->text, name->len, text) < 0)
        Py_CLEAR(text);
    return text;
}

static PyObject *address_text(Reader *r, const struct answer *answer) {
    size_t size = answer->rtype == T_A ? 4 : 16;
    PyObject *text = memo_find(&r->addresses, answer->address, size);
    if (text != NULL)
        return shared(text);
    char buffer[48], *end = size == 4 ? put_ipv4(buffer, answer->address) : put_ipv6(buffer, answer->address);
    text = PyUnicode_FromStringAndSize(buffer, end - buffer);
    if (text != NULL && memo_put(&r->addresses, answer->address, size, text) < 0)
        Py_CLEAR(text);
    return text;
}

/* Gather in `chain` the names that aliases lead to from `query`, as dns._chain: of one owner the last counts. */
static int follow(const struct name *query, const struct answer *answers, int count, const struct name **chain) {
    int found = 0;
    const struct name *name = query;
    for (;;) {
        const struct name *next = NULL;
        for (int i = 0; i < count; i++)
            if (answers[i].rtype == T_CNAME && same_name(&answers[i].owner, name))
                next = &answers[i].target;
        for (int i = 0; next != NULL && i < found; i++)
            if (same_name(chain[i], next))
                return found;
        if (next == NULL)
            return found;
        chain[found++] = name = next; /* each target once, so there is room for all */
    }
}

static bool in_chain(const struct name *owner, const struct name *query, const struct name **chain, int links) {
    if (same_name(owner, query))
        return true;
    for (int i = 0; i < links; i++)
        if (same_name(owner, chain[i]))
            return true;
    return false;
}

/* Return a new tuple of the texts, taken over; NULL if one is. */
static PyObject *texts(PyObject **items, int count) {
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; i < count; i++) {
        if (tuple == NULL || items[i] == NULL) {
            Py_XDECREF(items[i]);
            Py_CLEAR(tuple);
        } else {
            PyTuple_SetItem(tuple, i, items[i]);
        }
    }
    return tuple;
}

static PyObject *dns_record_of(Reader *r, const struct packet *p, const struct name *query,
                               uint16_t qtype, const struct answer *answers, int count) {
    const struct name *chain[MAX_ANSWERS];
    PyObject *cnames[MAX_ANSWERS], *addresses[MAX_ANSWERS];
    int links = follow(query, answers, count, chain), found = 0;
    uint32_t smallest_s = UINT32_MAX;
    for (int i = 0; i < links; i++)
        cnames[i] = name_text(r, chain[i]);
    for (int i = 0; i < count; i++) {
        const struct answer *answer = &answers[i];
        if ((answer->rtype != T_A && answer->rtype != T_AAAA) || !in_chain(&answer->owner, query, chain, links))
            continue;
        addresses[found++] = address_text(r, answer);
        smallest_s = answer->ttl_s < smallest_s ? answer->ttl_s : smallest_s;
    }
    PyObject *fields[] = {
        of(r, p, P_TS),
        of(r, p, P_UID),
        of(r, p, P_DST_MAC),
        of(r, p, P_DST),
        of(r, p, P_SRC),
        shared(r->udp_text),
        name_text(r, query),
        PyLong_FromLong(qtype),
        PyLong_FromLong(p->data[3] & 15),
        texts(cnames, links),
        texts(addresses, found),
        found ? PyLong_FromUnsignedLong(smallest_s) : shared(Py_None),
        shared(r->empty),
        shared(Py_False),
    };
    return make_named(&r->maker, r->answer_type, fields, sizeof fields / sizeof *fields);
}

/* Read a message whose one question is all there is; others are told as when they came before. */
static enum outcome dns_question(Reader *r, PyObject *out, const struct packet *p) {
    const uint8_t *data = p->data;
    size_t len = p->len;
    struct name query;
    size_t at = DNS_HEADER;
    if (len < DNS_HEADER || (data[2] & 0xF8) != 0 || memcmp(data + 4, "\0\1\0\0\0\0\0\0", 8) != 0 ||
        !dns_name(data, len, &at, &query) || at + 4 > len)
        return NOT_MINE;
    PyObject *fields[] = {
        of(r, p, P_TS),
        of(r, p, P_UID),
        of(r, p, P_SRC_MAC),
        of(r, p, P_SRC),
        of(r, p, P_DST),
        shared(r->udp_text),
        name_text(r, &query),
        PyLong_FromLong(be16(data + at)),
        shared(r->empty),
    };
    return tell(out, make_named(&r->maker, r->query_type, fields, sizeof fields / sizeof *fields));
}

static enum outcome dns_answer(Reader *r, PyObject *out, const struct packet *p) {
    const uint8_t *data = p->data;
    size_t len = p->len;
    struct name query;
    struct answer answers[MAX_ANSWERS];
    size_t at = DNS_HEADER;
    if (len < DNS_HEADER || (data[2] & 0x78) != 0 || be16(data + 4) != 1) /* opcode 0, one question */
        return NOT_MINE;
    int count = be16(data + 6), others = be16(data + 8) + be16(data + 10);
    if (count > MAX_ANSWERS || others > MAX_ANSWERS || !dns_name(data, len, &at, &query) || at + 4 > len)
        return NOT_MINE;
    uint16_t qtype = be16(data + at);
    at += 4;
    for (int i = 0; i < count; i++)
        if (!dns_record(data, len, &at, &answers[i]))
            return NOT_MINE;
    for (int i = 0; i < others; i++)
        if (!dns_record(data, len, &at, NULL))
            return NOT_MINE;
    return tell(out, dns_record_of(r, p, &query, qtype, answers, count));
}
