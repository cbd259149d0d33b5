/* tape_test.c - does the folder of a recording keep what it is given, and nothing else?
 * SPDX-License-Identifier: MIT */
#include "tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

enum { A_HUNDRED = 100 };

static char folder[] = "/tmp/pictor-tape-XXXXXX", path[256];

static const char *in_folder(const char *name)
{
    static char text[512];

    snprintf(text, sizeof text, "%s/%s", path, name);
    return text;
}

static bool put(const char *name)
{
    int file = open(in_folder(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    bool good = file >= 0 && write(file, "x", 1) == 1;

    if (file >= 0)
        close(file);
    return good;
}

static struct tape opened(bool plays)
{
    struct tape tape;
    struct buf error;

    buf_init(&error, 4096);
    CHECK(tape_open(&tape, path, plays, &error), "open to %s", plays ? "play" : "record");
    buf_free(&error);
    return tape;
}

/* ---- names ------------------------------------------------------------------------- */

static char long_name[TAPE_NAME_MAX + 2];

static const struct {
    const char *what, *name;
} bad_names[] = {
    { "nothing", "" },                  { "this folder", "." },         { "the one above", ".." },
    { "hidden", ".x.json" },            { "out of it", "../x.json" },   { "absolute", "/etc/hostname" },
    { "in a folder", "in/x.json" },     { "a space", "a b.json" },      { "a line break", "a\nb.json" },
    { "beyond ASCII", "f\xc3\xbc.json" }, { "a backslash", "a\\b.json" }, { "too long", long_name },
};

static void test_names(const struct tape *tape)
{
    char *bytes;
    size_t len;

    memset(long_name, 'x', TAPE_NAME_MAX + 1);
    for (size_t i = 0; i < sizeof bad_names / sizeof *bad_names; i++) {
        const char *what = bad_names[i].what, *name = bad_names[i].name;
        CHECK(tape_write(tape, name, "x", 1) == EINVAL, "a name that is %s is not written", what);
        CHECK(tape_read(tape, name, A_HUNDRED, &bytes, &len) == EINVAL && !bytes, "a name that is %s is not read", what);
        CHECK(!tape_has(tape, name), "a name that is %s is not there", what);
    }
    long_name[TAPE_NAME_MAX] = '\0';
    CHECK(tape_write(tape, long_name, "x", 1) == 0 && tape_has(tape, long_name), "the longest name is good");
    unlink(in_folder(long_name));
}

/* ---- what is in a file --------------------------------------------------------------- */

static void check_read(const struct tape *tape, const char *name, size_t max, const char *text, size_t n)
{
    char *bytes;
    size_t len;

    CHECK(tape_read(tape, name, max, &bytes, &len) == 0 && len == n && memcmp(bytes, text, n) == 0 && bytes[n] == '\0',
          "%s is read as it was written, with a NUL behind it", name);
    free(bytes);
}

static void check_refused(const struct tape *tape, const char *name, size_t max, int reason, const char *what)
{
    char *bytes;
    size_t len;
    int got = tape_read(tape, name, max, &bytes, &len);

    CHECK(got == reason && !bytes, "%s is not read: %s, got %s", what, strerror(reason), strerror(got));
    free(bytes);
}

static void test_files(const struct tape *tape)
{
    struct stat about;

    CHECK(tape_write(tape, "a.json", "ab\0c", 4) == 0, "write four bytes");
    check_read(tape, "a.json", 4, "ab\0c", 4);
    check_refused(tape, "a.json", 3, EFBIG, "one byte more than max");
    CHECK(stat(in_folder("a.json"), &about) == 0 && (about.st_mode & 0777) == 0600, "it is for its owner only");
    CHECK(tape_write(tape, "a.json", "", 0) == 0, "write nothing in its place");
    check_read(tape, "a.json", 0, "", 0);
    check_refused(tape, "none.json", A_HUNDRED, ENOENT, "what is not there");
}

static void test_strange(const struct tape *tape)
{
    CHECK(symlink("/etc/hostname", in_folder("link.json")) == 0 && mkfifo(in_folder("pipe.json"), 0600) == 0
          && mkdir(in_folder("folder.json"), 0700) == 0, "make a link, a pipe and a folder");
    check_refused(tape, "link.json", A_HUNDRED, ELOOP, "a link out of the folder");
    check_refused(tape, "pipe.json", A_HUNDRED, EINVAL, "a pipe that nobody writes into");
    check_refused(tape, "folder.json", A_HUNDRED, EINVAL, "a folder");
    CHECK(!tape_has(tape, "link.json") && !tape_has(tape, "pipe.json") && !tape_has(tape, "folder.json"), "none of them is there");
    CHECK(tape_write(tape, "link.json", "own", 3) == 0, "what is written replaces a link");
    check_read(tape, "link.json", A_HUNDRED, "own", 3);
    CHECK(tape_write(tape, "folder.json", "x", 1) == EISDIR, "a folder stays");
    unlink(in_folder("link.json"));
    unlink(in_folder("pipe.json"));
    rmdir(in_folder("folder.json"));
}

/* ---- the folder ------------------------------------------------------------------------ */

struct seen {
    size_t count;
    bool strange;
};

static void take(void *context, const char *name)
{
    struct seen *seen = context;

    seen->count++;
    seen->strange = seen->strange || strcmp(name + strlen(name) - 5, ".json") != 0 || name[0] == '.';
}

static void test_list(const struct tape *tape)
{
    struct seen seen = { 0 };

    CHECK(put("b.json") && put("c.png") && put(".d.json") && put(".json"), "put more beside it");
    CHECK(tape_list(tape, take, &seen) && seen.count == 2 && !seen.strange, "the list has cassettes only");
    seen = (struct seen){ 0 };
    CHECK(tape_list(tape, take, &seen) && seen.count == 2, "and has them again");
}

static void test_ceiling(const struct tape *tape)
{
    struct seen seen = { 0 };
    char name[32];
    int good = 0;

    for (int i = 0; i < TAPE_CASSETTES_MAX + 5; i++) {
        snprintf(name, sizeof name, "%d.json", i);
        good += tape_write(tape, name, "", 0) == 0;
    }
    CHECK(good == TAPE_CASSETTES_MAX + 5, "write too many cassettes");
    CHECK(tape_list(tape, take, &seen) && seen.count == TAPE_CASSETTES_MAX + 1, "the list ends one over the ceiling");
    for (int i = 0; i < TAPE_CASSETTES_MAX + 5; i++) {
        snprintf(name, sizeof name, "%d.json", i);
        unlink(in_folder(name));
    }
}

/* The next drafts that this process makes are there already: a process of the same number has died. */
static void test_drafts(const struct tape *tape)
{
    char name[64];
    int good = 0, made = 0;

    for (int i = 0; i < A_HUNDRED; i++) {
        snprintf(name, sizeof name, ".draft-%ld-%d", (long)getpid(), i);
        made += put(name);
    }
    CHECK(made == A_HUNDRED, "put drafts that are half a file");
    for (int i = 0; i < A_HUNDRED; i++)
        good += tape_write(tape, "whole.json", "whole", 5) == 0;
    CHECK(good == A_HUNDRED, "drafts of the dead are in nobody's way");
    check_read(tape, "whole.json", A_HUNDRED, "whole", 5);
}

static void test_lock(void)
{
    struct tape other;
    struct buf error;

    buf_init(&error, 4096);
    CHECK(!tape_open(&other, path, false, &error) && other.folder == -1, "a folder is for one recorder");
    CHECK(error.data && strstr(error.data, "one that another process records into"), "and the other one is told so");
    buf_free(&error);
    other = opened(true);
    tape_close(&other);
    tape_close(&other);
    CHECK(other.folder == -1, "closing twice is closing once");
}

int main(void)
{
    if (!CHECK(mkdtemp(folder) != NULL, "make a folder"))
        return check_finish();
    snprintf(path, sizeof path, "%s/tape", folder);
    struct tape tape = opened(false);
    test_drafts(&tape);             /* first: it counts on numbers from 0 */
    unlink(in_folder("whole.json"));
    test_names(&tape);
    test_files(&tape);
    test_strange(&tape);
    test_list(&tape);
    test_ceiling(&tape);
    test_lock();
    tape_close(&tape);
    tape = opened(false);
    CHECK(tape.folder >= 0, "once it is closed, somebody else may record");
    tape_close(&tape);
    char command[300];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? check_finish() : 1;
}
