/* tape.c - the files of a recording.
 * SPDX-License-Identifier: MIT */
#include "tape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0700, FILE_MODE = 0600 };

static const char cassette_end[] = ".json";

/* "" when the folder may be used as it shall be; else what it is instead. */
static const char *why_not(const struct tape *tape)
{
    if (tape->folder < 0)
        return strerror(errno);
    if (tape->plays)
        return "";
    if (faccessat(tape->folder, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return strerror(errno);
    if (flock(tape->folder, LOCK_EX | LOCK_NB) == 0)
        return "";
    return errno == EWOULDBLOCK ? "one that another process records into" : strerror(errno);
}

bool tape_open(struct tape *tape, const char *path, bool plays, struct buf *error)
{
    *tape = (struct tape){ .folder = -1, .plays = plays, .path = path };
    if (plays || mkdir(path, FOLDER_MODE) == 0 || errno == EEXIST)
        tape->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *reason = why_not(tape);
    if (!*reason)
        return true;
    buf_add_format(error, "--%s: expected a folder %s, got \"%s\": %s", plays ? "replay" : "record",
                   plays ? "with cassettes" : "to write into", path, reason);
    tape_close(tape);
    return false;
}

void tape_close(struct tape *tape)
{
    if (tape->folder >= 0)
        close(tape->folder);
    tape->folder = -1;
}

static bool is_good_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= TAPE_NAME_MAX && name[0] != '.'
        && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len;
}

static bool is_cassette(const char *name)
{
    size_t len = strlen(name), end = sizeof cassette_end - 1;

    return is_good_name(name) && len > end && strcmp(name + len - end, cassette_end) == 0;
}

bool tape_list(const struct tape *tape, void (*take)(void *context, const char *name), void *context)
{
    int folder = openat(tape->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);     /* closedir() closes it */
    DIR *listing = folder >= 0 ? fdopendir(folder) : NULL;
    const struct dirent *entry;

    if (!listing) {
        if (folder >= 0)
            close(folder);
        return false;
    }
    for (int count = 0; count <= TAPE_CASSETTES_MAX && (entry = readdir(listing)); ) {
        if (is_cassette(entry->d_name)) {
            take(context, entry->d_name);
            count++;
        }
    }
    closedir(listing);
    return true;
}

/* A stranger may have made the folder: no link out of it, and no pipe that nobody writes into. */
static int open_file(const struct tape *tape, const char *name, size_t max, size_t *len)
{
    struct stat about;

    if (!is_good_name(name)) {
        errno = EINVAL;
        return -1;
    }
    int file = openat(tape->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return -1;
    bool known = fstat(file, &about) == 0;
    if (known && S_ISREG(about.st_mode) && (size_t)about.st_size <= max) {
        *len = (size_t)about.st_size;
        return file;
    }
    int reason = !known ? errno : S_ISREG(about.st_mode) ? EFBIG : EINVAL;
    close(file);
    errno = reason;
    return -1;
}

/* n bytes, or all that there are. Returns how many; -1: errno. */
static ssize_t read_all(int file, char *bytes, size_t n)
{
    size_t done = 0;
    ssize_t got;

    while (done < n && (got = read(file, bytes + done, n - done)) != 0) {
        if (got < 0 && errno != EINTR)
            return -1;
        done += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)done;
}

int tape_read(const struct tape *tape, const char *name, size_t max, char **bytes, size_t *len)
{
    *bytes = NULL;
    int file = open_file(tape, name, max, len);
    if (file < 0)
        return errno;
    char *room = malloc(*len + 1);
    ssize_t got = room ? read_all(file, room, *len) : -1;
    int reason = room ? errno : ENOMEM;
    close(file);
    if (got < 0) {
        free(room);
        return reason;
    }
    room[got] = '\0';
    *bytes = room;
    *len = (size_t)got;
    return 0;
}

bool tape_has(const struct tape *tape, const char *name)
{
    size_t len;
    int file = open_file(tape, name, (size_t)-1, &len);

    if (file >= 0)
        close(file);
    return file >= 0;
}

static int write_all(int file, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t written = write(file, bytes, n);
        if (written < 0 && errno != EINTR)
            return errno;
        bytes += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

int tape_write(const struct tape *tape, const char *name, const void *bytes, size_t len)
{
    static _Atomic unsigned count;
    char draft[64];

    if (!is_good_name(name))
        return EINVAL;
    snprintf(draft, sizeof draft, ".draft-%ld-%u", (long)getpid(), count++);
    unlinkat(tape->folder, draft, 0);       /* of one that died: in a container, all may have the same number */
    int file = openat(tape->folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (file < 0)
        return errno;
    int reason = write_all(file, bytes, len);
    if (close(file) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && renameat(tape->folder, draft, tape->folder, name) != 0)
        reason = errno;
    if (reason != 0)
        unlinkat(tape->folder, draft, 0);
    return reason;
}
