/* Values by bytes, a bounded number of them. Part of _quick.c.
 *
 * The whole key is compared, so a value is never another's. Whoever aims at one place makes values to be
 * worked out again, nothing worse.
 */
static uint64_t hash_of(const uint8_t *data, size_t len) {
    uint64_t hash = 0x9E3779B97F4A7C15u ^ len, part;
    for (; len >= 8; data += 8, len -= 8) {
        memcpy(&part, data, 8);
        hash = (hash ^ part) * 0xC2B2AE3D27D4EB4Fu;
        hash ^= hash >> 32;
    }
    part = 0;
    memcpy(&part, data, len);
    hash = (hash ^ part) * 0xC2B2AE3D27D4EB4Fu;
    hash = (hash ^ hash >> 32) * 0x9E3779B97F4A7C15u; /* so that every bit of the last ones counts */
    return hash ^ hash >> 32;
}

static bool memo_make(struct memo *memo, uint32_t places) {
    memo->sets = places / WAYS;
    memo->entries = calloc(places, sizeof *memo->entries);
    return memo->entries != NULL;
}

static void memo_free(struct memo *memo) {
    for (uint32_t i = 0; memo->entries != NULL && i < memo->sets * WAYS; i++) {
        free(memo->entries[i].key);
        Py_XDECREF(memo->entries[i].value);
    }
    free(memo->entries);
}

/* Return a borrowed reference, NULL where the key is not remembered; no exception is set. */
static PyObject *memo_find(const struct memo *memo, const uint8_t *key, size_t len) {
    uint64_t hash = hash_of(key, len);
    const struct entry *entry = &memo->entries[hash % memo->sets * WAYS];
    for (int way = 0; way < WAYS; way++, entry++)
        if (entry->hash == hash && entry->len == len && entry->value != NULL && memcmp(entry->key, key, len) == 0)
            return entry->value;
    return NULL;
}

/* Remember a value that is not remembered yet; -1 with an exception where there is no memory. */
static int memo_put(struct memo *memo, const uint8_t *key, size_t len, PyObject *value) {
    uint8_t *copy = malloc(len + 1); /* never of no bytes */
    if (copy == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(copy, key, len);
    uint64_t hash = hash_of(key, len);
    struct entry *entry = &memo->entries[hash % memo->sets * WAYS], oldest = entry[WAYS - 1];
    memmove(entry + 1, entry, (WAYS - 1) * sizeof *entry);
    *entry = (struct entry){hash, copy, (uint32_t)len, shared(value)};
    free(oldest.key);
    Py_XDECREF(oldest.value); /* last: this may run code of Python */
    return 0;
}
