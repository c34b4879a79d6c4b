/* Records made of fields, or of an earlier record and a packet. Part of _quick.c. */

/* Append a record, which is taken over; FAILED for NULL. */
static enum outcome tell(PyObject *out, PyObject *record) {
    int result = record == NULL ? -1 : PyList_Append(out, record);
    Py_XDECREF(record);
    return result < 0 ? FAILED : READ;
}

static const struct template *template_of(const Reader *r, PyObject *record) {
    for (int i = 0; i < r->template_count; i++)
        if ((PyObject *)Py_TYPE(record) == r->templates[i].type)
            return &r->templates[i];
    return NULL;
}

enum { MOST_FIELDS = 32 };

/* Fill `fields` with new references: the first from the packet, the others those of the earlier record. */
static Py_ssize_t fill(const Reader *r, PyObject *earlier, const struct packet *p, PyObject **fields) {
    const struct template *t = template_of(r, earlier);
    Py_ssize_t count = PyTuple_Size(earlier);
    for (Py_ssize_t i = 0; i < count; i++)
        fields[i] = i < t->count && t->from[i] != P_NONE ? of(r, p, t->from[i]) : shared(field(earlier, i));
    return count;
}

/* Return the record that this packet gives where an earlier one with the same message gave `earlier`. */
static PyObject *again(Reader *r, PyObject *earlier, const struct packet *p) {
    PyObject *fields[MOST_FIELDS];
    Py_ssize_t count = fill(r, earlier, p, fields);
    return make_named(&r->maker, (PyObject *)Py_TYPE(earlier), fields, count);
}

/* Say that Python should read this packet, and what of it is then to be remembered. */
static enum outcome ask(Reader *r, int place, enum lesson lesson, const uint8_t *key, size_t len) {
    struct asked *asked = &r->asked[place];
    asked->lesson = lesson;
    asked->len = (uint32_t)len;
    memcpy(asked->key, key, len);
    return NOT_MINE;
}
