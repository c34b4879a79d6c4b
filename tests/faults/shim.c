/* A disk that fails or is cut off, by LD_PRELOAD: fails one call on files of a folder, or keeps a trace of all.

   FAULTS_FOLDER  only files below it
   FAULTS_CALL    "write", "sync" or "open"; FAULTS_AT: which one fails, from 1; FAULTS_ERRNO: with what
   FAULTS_TRACE   where the trace goes: for each call a letter, the length of the path, offset, length of data,
                  path, data (native integers); read by tests/faults/power.py */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int counted, trace = -2;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int ours(const char *path) {
    const char *folder = getenv("FAULTS_FOLDER");
    return folder && !strncmp(path, folder, strlen(folder));
}

static int path_of(int fd, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    if (length < 0) return 0;
    path[length] = 0;
    return ours(path);
}

/* Whether this is the call that fails; errno is set. What the load acknowledges (tests/faults/load.py) never does. */
static int fails(const char *call, const char *path) {
    const char *wanted = getenv("FAULTS_CALL");
    if (!wanted || strcmp(wanted, call) || strstr(path, "/acks")) return 0;
    if (++counted != atoi(getenv("FAULTS_AT"))) return 0;
    errno = atoi(getenv("FAULTS_ERRNO"));
    return 1;
}

static void note(char letter, const char *path, uint64_t offset, const void *data, uint32_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    static int (*real_open)(const char *, int, ...);
    if (trace == -2) {
        real = next("write");
        real_open = next("open");
        const char *place = getenv("FAULTS_TRACE");
        trace = place ? real_open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    }
    if (trace < 0) return;
    uint32_t length = strlen(path);
    char head[17];
    head[0] = letter;
    memcpy(head + 1, &length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &size, 4);
    if (real(trace, head, 17) != 17 || real(trace, path, length) != length) _exit(70);
    if (data && real(trace, data, size) != size) _exit(70);
}

#define WRITES_AT(name, offset_type)                                                        \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) {               \
        static ssize_t (*real)(int, const void *, size_t, offset_type);                     \
        char path[4096];                                                                    \
        if (!real) real = next(#name);                                                      \
        if (!path_of(fd, path)) return real(fd, data, size, offset);                        \
        if (fails("write", path)) return -1;                                                      \
        note('w', path, offset, data, size);                                                \
        return real(fd, data, size, offset);                                                \
    }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    char path[4096];
    if (!real) real = next("write");
    if (!path_of(fd, path)) return real(fd, data, size);
    if (fails("write", path)) return -1;
    note('w', path, lseek(fd, 0, SEEK_CUR), data, size);
    return real(fd, data, size);
}

#define SYNCS(name)                                                                         \
    int name(int fd) {                                                                      \
        static int (*real)(int);                                                            \
        char path[4096];                                                                    \
        if (!real) real = next(#name);                                                      \
        if (!path_of(fd, path)) return real(fd);                                            \
        if (fails("sync", path)) return -1;                                                       \
        note('s', path, 0, NULL, 0);                                                        \
        return real(fd);                                                                    \
    }
SYNCS(fsync)
SYNCS(fdatasync)

#define CUTS(name, offset_type)                                                             \
    int name(int fd, offset_type size) {                                                    \
        static int (*real)(int, offset_type);                                               \
        char path[4096];                                                                    \
        if (!real) real = next(#name);                                                      \
        if (!path_of(fd, path)) return real(fd, size);                                      \
        if (fails("write", path)) return -1;                                                      \
        note('t', path, size, NULL, 0);                                                     \
        return real(fd, size);                                                              \
    }
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)

int unlink(const char *path) {
    static int (*real)(const char *);
    if (!real) real = next("unlink");
    if (ours(path)) note('u', path, 0, NULL, 0);
    return real(path);
}

#define OPENS(name)                                                                         \
    int name(const char *path, int flags, ...) {                                            \
        static int (*real)(const char *, int, ...);                                         \
        va_list more;                                                                       \
        va_start(more, flags);                                                              \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0;                   \
        va_end(more);                                                                       \
        if (!real) real = next(#name);                                                      \
        if (ours(path) && fails("open", path)) return -1;                                         \
        return real(path, flags, mode);                                                     \
    }
OPENS(open)
OPENS(open64)
