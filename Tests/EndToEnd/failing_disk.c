/* A disk that fails when it is told to, for LD_PRELOAD: calls that change what lies under MALAPOSTA_FAILING_FOLDER are counted in a
   shared page (MALAPOSTA_FAILING_PAGE), and the one whose turn has come fails with the error that the page names. Every read of a
   file that the page calls unreadable fails. Pages of mapped files are beyond it: only SQLite's -shm is mapped, and lives no longer
   than its processes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DATA = 1, FLUSH = 2, NAME = 4, FREEING = 8 };    /* FREEING needs no room: a full disk does it */

struct page {
    _Atomic int armed;        /* 0: count only */
    _Atomic int kinds;        /* which kinds of calls are counted and fail */
    _Atomic long left;        /* calls until one fails */
    _Atomic int error;        /* its errno */
    _Atomic int stays;        /* whether all calls after it fail too */
    _Atomic long counted;
    _Atomic long failed;
    _Atomic int process;      /* only in this process; 0: in all */
    _Alignas(64) char unreadable[PATH_MAX / 2];    /* a path; empty: all can be read */
};

static struct page *page;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("MALAPOSTA_FAILING_PAGE");
    folder = getenv("MALAPOSTA_FAILING_FOLDER");
    if (!path || !folder) return;
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int file = real(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) page = mapped;
}

/* Whether a call on this path is to fail now; sets errno. */
static int fails(int kind, const char *path) {
    if (!page || !path || strncmp(path, folder, strlen(folder)) != 0) return 0;
    if (!(atomic_load(&page->kinds) & kind)) return 0;
    int process = atomic_load(&page->process);
    if (process && process != getpid()) return 0;
    atomic_fetch_add(&page->counted, 1);
    if (!atomic_load(&page->armed)) return 0;
    long left = atomic_fetch_sub(&page->left, 1);
    if (left > 1 || (left < 1 && !atomic_load(&page->stays))) return 0;
    atomic_fetch_add(&page->failed, 1);
    errno = atomic_load(&page->error);
    return 1;
}

/* The path that an open file has; 0 where it has none. */
static int find(int file, char path[PATH_MAX]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return 1;
}

static int fails_on(int kind, int file) {
    char path[PATH_MAX];
    return page && find(file, path) && fails(kind, path);
}

static int is_unreadable(int file) {
    char path[PATH_MAX];
    if (!page || !page->unreadable[0] || !find(file, path) || strcmp(path, page->unreadable) != 0) return 0;
    errno = EIO;
    return 1;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t read(int file, void *octets, size_t count) {
    REAL(ssize_t, read, int, void *, size_t);
    return is_unreadable(file) ? -1 : real(file, octets, count);
}
ssize_t pread(int file, void *octets, size_t count, off_t at) {
    REAL(ssize_t, pread, int, void *, size_t, off_t);
    return is_unreadable(file) ? -1 : real(file, octets, count, at);
}
ssize_t pread64(int file, void *octets, size_t count, off64_t at) {
    REAL(ssize_t, pread64, int, void *, size_t, off64_t);
    return is_unreadable(file) ? -1 : real(file, octets, count, at);
}
ssize_t write(int file, const void *octets, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    return fails_on(DATA, file) ? -1 : real(file, octets, count);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    return fails_on(DATA, file) ? -1 : real(file, parts, count);
}
ssize_t pwrite(int file, const void *octets, size_t count, off_t at) {
    REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
    return fails_on(DATA, file) ? -1 : real(file, octets, count, at);
}
ssize_t pwrite64(int file, const void *octets, size_t count, off64_t at) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    return fails_on(DATA, file) ? -1 : real(file, octets, count, at);
}
int ftruncate(int file, off_t size) {
    REAL(int, ftruncate, int, off_t);
    return fails_on(FREEING, file) ? -1 : real(file, size);
}
int ftruncate64(int file, off64_t size) {
    REAL(int, ftruncate64, int, off64_t);
    return fails_on(FREEING, file) ? -1 : real(file, size);
}
int fsync(int file) {
    REAL(int, fsync, int);
    return fails_on(FLUSH, file) ? -1 : real(file);
}
int fdatasync(int file) {
    REAL(int, fdatasync, int);
    return fails_on(FLUSH, file) ? -1 : real(file);
}
int syncfs(int file) {
    REAL(int, syncfs, int);
    return fails_on(FLUSH, file) ? -1 : real(file);
}
int rename(const char *path, const char *other) {
    REAL(int, rename, const char *, const char *);
    return fails(NAME, other) ? -1 : real(path, other);
}
int link(const char *path, const char *other) {
    REAL(int, link, const char *, const char *);
    return fails(NAME, other) ? -1 : real(path, other);
}
int symlink(const char *target, const char *path) {
    REAL(int, symlink, const char *, const char *);
    return fails(NAME, path) ? -1 : real(target, path);
}
int unlink(const char *path) {
    REAL(int, unlink, const char *);
    return fails(FREEING, path) ? -1 : real(path);
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    return fails(NAME, path) ? -1 : real(path, mode);
}

/* Opening fails where it would make a file. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        static int (*real)(const char *, int, ...); \
        if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if ((flags & O_CREAT) && access(path, F_OK) != 0 && fails(NAME, path)) return -1; \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
