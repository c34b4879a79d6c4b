/* Named tuples out of their fields, as quickly as the interpreter allows. Needs <Python.h>. */
struct maker {
    newfunc tuple_new;
    allocfunc tuple_alloc;
    bool in_place; /* named tuples are filled where they stand, without a plain tuple to copy */
};

static struct maker new_maker(void) {
    return (struct maker){
        (newfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_new),
        (allocfunc)PyType_GetSlot(&PyTuple_Type, Py_tp_alloc),
        Py_Version < 0x030E0000, /* since 3.14 a tuple keeps its hash, which tuple.__new__ prepares */
    };
}

/* Return a named tuple of `type`, which may be NULL. Takes over the fields; NULL if one is, or without memory. */
static PyObject *make_named(const struct maker *maker, PyObject *type, PyObject **fields, Py_ssize_t count) {
    PyObject *record = NULL;
    if (type != NULL)
        record = maker->in_place ? maker->tuple_alloc((PyTypeObject *)type, count) : PyTuple_New(count);
    bool whole = record != NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        whole = whole && fields[i] != NULL;
        if (record != NULL && fields[i] != NULL)
            PyTuple_SetItem(record, i, fields[i]);
        else
            Py_XDECREF(fields[i]);
    }
    if (whole && !maker->in_place) {
        PyObject *args = PyTuple_Pack(1, record);
        Py_DECREF(record);
        record = args == NULL ? NULL : maker->tuple_new((PyTypeObject *)type, args, NULL);
        Py_XDECREF(args);
    }
    if (!whole)
        Py_CLEAR(record);
    if (record != NULL)
        PyObject_GC_UnTrack(record); /* no field can lead back to it: it is never part of a cycle */
    return record;
}
