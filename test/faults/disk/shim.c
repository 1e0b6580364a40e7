/*
 * A disk that can lose power or fail, for one program and its children: loaded with LD_PRELOAD, it stands between them and
 * the C library. For every regular file below CLUSTR_DISK_ROOT it writes down, before a write happens, what was there and
 * what comes, and after an fsync, that all until then is safe. With that the state of the disk after a loss of power can be
 * made: see cut.ts. Where the folder of these logs has a file `fail` with two numbers, so many writes and syncs pass from
 * then on and so many fail as on a broken disk (EIO).
 *
 * One log a process, CLUSTR_DISK_LOG/<pid>.log: records of a head (little-endian, as `struct head`), the bytes that were
 * there, the bytes that came. Not seen: mapped memory, copies made inside the kernel, and how names reach the disk; a name
 * counts as safe at once, which is the hard case for a file that is moved into place.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEW 'N'   /* a file was made: whatever its number meant before is gone */
#define WRITE 'W' /* bytes at an offset */
#define CUT 'C'   /* the file ends at the offset now */
#define SYNC 'S'  /* all of its records before `at` are safe */

struct head {
  uint64_t kind, inode, when, at, size; /* `size`: of the file before */
  uint64_t old, fresh;                  /* bytes that follow */
};

static const char *root, *logs;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  root = getenv("CLUSTR_DISK_ROOT");
  logs = getenv("CLUSTR_DISK_LOG");
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int below(const char *path) {
  size_t length = root ? strlen(root) : 0;
  return length > 0 && strncmp(path, root, length) == 0 && path[length] == '/';
}

/** Whether a descriptor is a file of ours, and if so how it is now. */
static int ours(int fd, struct stat *st) {
  if (!root || !logs) return 0;
  int saved = errno;
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  int found = 0;
  if (length > 0) {
    path[length] = 0;
    found = below(path) && fstat(fd, st) == 0 && S_ISREG(st->st_mode);
  }
  errno = saved;
  return found;
}

static void put(int log, const void *bytes, size_t length) {
  for (const char *p = bytes; length > 0;) {
    ssize_t n = REAL(write)(log, p, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) abort(); /* a run without its log would prove nothing */
    p += n;
    length -= (size_t)n;
  }
}

/** Writes a record. The caller has the turn. */
static void note(struct head head, const void *old, const struct iovec *fresh, int parts) {
  static int log = -1;
  static pid_t owner;
  if (log < 0 || owner != getpid()) {
    char path[4096];
    owner = getpid();
    snprintf(path, sizeof path, "%s/%d.log", logs, (int)owner);
    log = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) abort();
  }
  head.when = now();
  put(log, &head, sizeof head);
  put(log, old, head.old);
  for (int i = 0; i < parts; i++) put(log, fresh[i].iov_base, fresh[i].iov_len);
}

/** Whether this write or sync is one that the broken disk refuses. The caller has the turn. */
static int refused(void) {
  static ino_t known;
  static long passed, skip, fails;
  char path[4096], text[64] = "";
  struct stat st;
  snprintf(path, sizeof path, "%s/fail", logs);
  if (stat(path, &st) != 0) return 0;
  if (st.st_ino != known) {
    int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0; /* mended just now */
    if (read(fd, text, sizeof text - 1) <= 0 || sscanf(text, "%ld %ld", &skip, &fails) != 2) abort();
    close(fd);
    known = st.st_ino;
    passed = 0;
  }
  passed++;
  return passed > skip && passed <= skip + fails;
}

/** What comes before a change of [at, at + length): its record, or a refusal. */
static int before(int fd, const struct stat *st, int kind, off_t at, size_t length, const struct iovec *fresh, int parts) {
  if (refused()) {
    errno = EIO;
    return -1;
  }
  size_t had = at < st->st_size ? (size_t)(st->st_size - at) : 0;
  if (kind == WRITE && had > length) had = length;
  char *old = malloc(had + 1);
  if (!old) abort();
  /* A descriptor may be for writing only. */
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  int reading = had ? REAL(open)(name, O_RDONLY | O_CLOEXEC) : -1;
  size_t got = 0;
  while (got < had) {
    ssize_t n = pread(reading, old + got, had - got, at + (off_t)got);
    if (n <= 0) break;
    got += (size_t)n;
  }
  if (reading >= 0) REAL(close)(reading);
  struct head head = {(uint64_t)kind, st->st_ino, 0, (uint64_t)at, (uint64_t)st->st_size, got, kind == WRITE ? length : 0};
  note(head, old, fresh, parts);
  free(old);
  return 0;
}

static ssize_t written(int fd, const struct iovec *parts, int count, off_t at, int placed, ssize_t (*go)(int, const struct iovec *, int, off_t)) {
  struct stat st;
  if (!ours(fd, &st)) return go(fd, parts, count, at);
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  pthread_mutex_lock(&turn);
  fstat(fd, &st);
  if (!placed) at = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
  ssize_t result = before(fd, &st, WRITE, at, length, parts, count);
  if (result == 0) result = go(fd, parts, count, at);
  int saved = errno;
  pthread_mutex_unlock(&turn);
  errno = saved;
  return result;
}

static ssize_t go_write(int fd, const struct iovec *v, int n, off_t at) { (void)n; (void)at; return REAL(write)(fd, v->iov_base, v->iov_len); }
static ssize_t go_writev(int fd, const struct iovec *v, int n, off_t at) { (void)at; return REAL(writev)(fd, v, n); }
static ssize_t go_pwrite(int fd, const struct iovec *v, int n, off_t at) { (void)n; return REAL(pwrite64)(fd, v->iov_base, v->iov_len, at); }
static ssize_t go_pwritev(int fd, const struct iovec *v, int n, off_t at) { return REAL(pwritev64)(fd, v, n, at); }

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec one = {(void *)bytes, length};
  return written(fd, &one, 1, 0, 0, go_write);
}
ssize_t writev(int fd, const struct iovec *parts, int count) { return written(fd, parts, count, 0, 0, go_writev); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  struct iovec one = {(void *)bytes, length};
  return written(fd, &one, 1, at, 1, go_pwrite);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) { return written(fd, parts, count, at, 1, go_pwritev); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

int ftruncate64(int fd, off64_t length) {
  struct stat st;
  if (!ours(fd, &st)) return REAL(ftruncate64)(fd, length);
  pthread_mutex_lock(&turn);
  fstat(fd, &st);
  int result = before(fd, &st, CUT, length, 0, NULL, 0);
  if (result == 0) result = REAL(ftruncate64)(fd, length);
  pthread_mutex_unlock(&turn);
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*go)(int)) {
  struct stat st;
  if (!ours(fd, &st)) return go(fd);
  pthread_mutex_lock(&turn);
  int bad = refused();
  uint64_t began = now();
  pthread_mutex_unlock(&turn);
  if (bad) {
    errno = EIO;
    return -1;
  }
  int result = go(fd);
  if (result == 0) {
    pthread_mutex_lock(&turn);
    note((struct head){SYNC, st.st_ino, 0, began, (uint64_t)st.st_size, 0, 0}, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
  }
  return result;
}
int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

static int go_range(int fd) { return REAL(sync_file_range)(fd, 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER); }

/** Git writes many files out and syncs one more after them, which on the usual file systems makes all of them safe. */
int sync_file_range(int fd, off64_t at, off64_t length, unsigned flags) {
  (void)at, (void)length, (void)flags;
  return synced(fd, go_range);
}

/** Opening may make a file, or empty one. */
static int opened(int folder, const char *path, int flags, mode_t mode, int (*go)(int, const char *, int, ...)) {
  if (!root || !logs || !(flags & (O_CREAT | O_TRUNC)) || flags & O_DIRECTORY || (flags & O_TMPFILE) == O_TMPFILE) return go(folder, path, flags, mode);
  struct stat was;
  int there = fstatat(folder, path, &was, 0) == 0 && S_ISREG(was.st_mode);
  int fd = go(folder, path, there ? flags & ~O_TRUNC : flags, mode);
  struct stat st;
  if (fd < 0 || !ours(fd, &st)) {
    if (fd >= 0 && there && flags & O_TRUNC && REAL(ftruncate64)(fd, 0) != 0) abort();
    return fd;
  }
  int failed = 0;
  if (there && st.st_ino == was.st_ino) {
    if (flags & O_TRUNC) failed = ftruncate64(fd, 0);
  } else {
    pthread_mutex_lock(&turn);
    note((struct head){NEW, st.st_ino, 0, 0, 0, 0, 0}, NULL, NULL, 0);
    pthread_mutex_unlock(&turn);
  }
  if (!failed) return fd;
  int saved = errno;
  close(fd);
  errno = saved;
  return -1;
}

static mode_t mode_of(int flags, va_list more) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; }
#define OPEN(name)                                            \
  int name(const char *path, int flags, ...) {                \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = mode_of(flags, more);                       \
    va_end(more);                                             \
    return opened(AT_FDCWD, path, flags, mode, REAL(openat)); \
  }
#define OPENAT(name)                                          \
  int name(int folder, const char *path, int flags, ...) {    \
    va_list more;                                             \
    va_start(more, flags);                                    \
    mode_t mode = mode_of(flags, more);                       \
    va_end(more);                                             \
    return opened(folder, path, flags, mode, REAL(openat));   \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
