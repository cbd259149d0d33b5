/* multipart.c - a form's parts out of its body, without copying a picture.
 *
 * The next delimiter is searched first and a part read only within it, so no header
 * can reach into another part. Searches never begin before the end of the last one,
 * and a length, not a NUL, ends everything: each byte is read a fixed number of times.
 * SPDX-License-Identifier: MIT */
#include "multipart.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { CRLF = 2, DASHES = 2, EMPTY_LINE = 4, PERCENT = 3 };

/* Bytes of the body or of a header. data is NULL for what was not given. */
struct slice {
    const char *data;
    size_t len;
};

struct form {
    struct buf *out;
    struct blobs *blobs;
    char *body;
    const char *end;
    char delimiter[CRLF + DASHES + MULTIPART_BOUNDARY];
    size_t delimiter_len;
    enum multipart_result result;
    const char *reason;
};

struct part {
    struct slice disposition, name, filename, extended, type, encoding, data;
};

/* A parameter behind a header's value: ; name=value, or ; name="value" */
struct parameter {
    struct slice name, value;
    bool quoted;
};

/* A line that delimits parts. */
struct delimiter {
    const char *start;          /* of the CRLF in front of it */
    const char *next;           /* behind its own CRLF, if it is not the last */
    bool last;
};

static bool malformed(struct form *form, const char *reason)
{
    form->result = MULTIPART_MALFORMED;
    form->reason = reason;
    return false;
}

static bool too_large(struct form *form, const char *reason)
{
    form->result = MULTIPART_TOO_LARGE;
    form->reason = reason;
    return false;
}

/* --- slices --- */

static struct slice between(const char *start, const char *end)
{
    return (struct slice){ start, (size_t)(end - start) };
}

/* Takes n bytes off the front of rest. */
static struct slice take(struct slice *rest, size_t n)
{
    struct slice taken = { rest->data, n };

    *rest = (struct slice){ rest->data + n, rest->len - n };
    return taken;
}

/* How many bytes at the start of s are, or are not, among so many characters. */
static size_t span(struct slice s, const char *characters, bool among)
{
    size_t count = strlen(characters), n = 0;

    while (n < s.len && (memchr(characters, s.data[n], count) != NULL) == among)
        n++;
    return n;
}

static struct slice trim(struct slice s)
{
    take(&s, span(s, " \t", true));
    while (s.len > 0 && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool begins(struct slice s, const char *text)
{
    return s.len >= strlen(text) && strncasecmp(s.data, text, strlen(text)) == 0;
}

static bool same(struct slice s, const char *text) { return s.len == strlen(text) && begins(s, text); }

static bool holds(struct slice s, char c) { return s.len > 0 && memchr(s.data, c, s.len); }

/* --- parameters --- */

static const bool in_token[256] = {
    ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['0' ... '9'] = true, ['!'] = true, ['#' ... '\''] = true, ['*'] = true,
    ['+'] = true, ['-'] = true, ['.'] = true, ['^' ... '`'] = true, ['|'] = true, ['~'] = true,
};

static struct slice take_token(struct slice *rest)
{
    size_t n = 0;

    while (n < rest->len && in_token[(unsigned char)rest->data[n]])
        n++;
    return take(rest, n);
}

/* Within quotes, clients of all ages write \" and \\; any other backslash is one. */
static bool is_escape(struct slice s)
{
    return s.len > 1 && s.data[0] == '\\' && (s.data[1] == '"' || s.data[1] == '\\');
}

/* False: no end to a quoted one. */
static bool take_value(struct slice *rest, struct parameter *p)
{
    size_t n = 0;

    p->quoted = rest->len > 0 && rest->data[0] == '"';
    if (!p->quoted) {
        p->value = take(rest, span(*rest, "; \t\"", false));
        return true;
    }
    take(rest, 1);
    while (n < rest->len && rest->data[n] != '"')
        n += is_escape((struct slice){ rest->data + n, rest->len - n }) ? 2 : 1;
    if (n == rest->len)
        return false;
    p->value = take(rest, n);
    take(rest, 1);
    return true;
}

/* Takes the next parameter off rest. False: none is left; or, when rest is not
 * empty then, what is there is none. */
static bool next_parameter(struct slice *rest, struct parameter *p)
{
    *rest = trim(*rest);
    if (rest->len == 0 || rest->data[0] != ';')
        return false;
    take(rest, span(*rest, "; \t", true));
    if (rest->len == 0)
        return false;
    struct slice left = *rest;
    p->name = take_token(&left);
    if (p->name.len == 0 || left.len == 0 || left.data[0] != '=')
        return false;
    take(&left, 1);
    if (!take_value(&left, p))
        return false;
    *rest = left;
    return true;
}

/* Takes what stands in front of a header's parameters. */
static struct slice take_main(struct slice *value) { return trim(take(value, span(*value, ";", false))); }

/* The byte that %XX stands for, -1 when there is none. */
static int percent(struct slice s)
{
    static const char digits[] = "0123456789ABCDEF";
    int value = 0;

    if (s.len < PERCENT || s.data[0] != '%')
        return -1;
    for (int i = 1; i < PERCENT; i++) {
        const char *digit = memchr(digits, toupper((unsigned char)s.data[i]), sizeof digits - 1);
        if (!digit)
            return -1;
        value = value << 4 | (int)(digit - digits);
    }
    return value;
}

/* A value of the body without its escapes, over itself. Browsers write a quote and
 * line ends as %22, %0D and %0A, and any other % as it is. */
static struct slice unquote(const struct form *form, const struct parameter *p)
{
    char *start = form->body + (p->value.data - form->body), *to = start;
    struct slice rest = p->value;

    if (!p->quoted)
        return p->value;
    while (rest.len > 0) {
        int c = percent(rest);
        if (c == '"' || c == '\r' || c == '\n') {
            *to++ = (char)c;
            take(&rest, PERCENT);
        } else {
            take(&rest, is_escape(rest) ? 1 : 0);
            *to++ = *take(&rest, 1).data;
        }
    }
    return between(start, to);
}

/* UTF-8'language'text with %XX, over itself; data is NULL when it is something else. */
static struct slice undo_extended(const struct form *form, struct slice value)
{
    struct slice none = { 0 }, rest = value;

    if (!same(take(&rest, span(rest, "'", false)), "utf-8") || rest.len == 0)
        return none;
    take(&rest, 1);
    take(&rest, span(rest, "'", false));
    if (rest.len == 0)
        return none;
    take(&rest, 1);
    char *start = form->body + (rest.data - form->body), *to = start;
    while (rest.len > 0) {
        bool escaped = rest.data[0] == '%';
        int c = escaped ? percent(rest) : rest.data[0];
        if (escaped && c < 0)
            return none;
        *to++ = (char)c;
        take(&rest, escaped ? PERCENT : 1);
    }
    return between(start, to);
}

/* --- the headers of a part --- */

static bool once(struct form *form, struct slice *field, struct slice value, const char *reason)
{
    if (field->data)
        return malformed(form, reason);
    *field = value;
    return true;
}

static bool read_parameter(struct form *form, struct part *part, const struct parameter *p)
{
    if (same(p->name, "name"))
        return once(form, &part->name, unquote(form, p), "body: expected one name in a part, got two");
    if (same(p->name, "filename"))
        return once(form, &part->filename, unquote(form, p), "body: expected one filename in a part, got two");
    if (!same(p->name, "filename*"))
        return true;
    struct slice text = undo_extended(form, p->value);
    if (!text.data)
        return malformed(form, "body: expected filename*=UTF-8''TEXT, got something else");
    return once(form, &part->extended, text, "body: expected one filename* in a part, got two");
}

static bool read_disposition(struct form *form, struct part *part, struct slice value)
{
    struct parameter p;

    if (!once(form, &part->disposition, value, "body: expected one Content-Disposition in a part, got two"))
        return false;
    if (!same(take_main(&value), "form-data"))
        return malformed(form, "body: expected Content-Disposition: form-data in each part, got another");
    while (next_parameter(&value, &p)) {
        if (!read_parameter(form, part, &p))
            return false;
    }
    return value.len == 0 || malformed(form, "body: expected Content-Disposition: form-data; name=\"NAME\", got something else");
}

static bool read_encoding(struct form *form, struct part *part, struct slice value)
{
    bool plain = same(value, "binary") || same(value, "8bit") || same(value, "7bit");

    if (!once(form, &part->encoding, value, "body: expected one Content-Transfer-Encoding in a part, got two"))
        return false;
    return plain || malformed(form, "body: expected Content-Transfer-Encoding binary, 8bit or 7bit, got another");
}

static bool read_line(struct form *form, struct part *part, struct slice line)
{
    if (holds(line, '\r') || holds(line, '\n') || holds(line, '\0'))
        return malformed(form, "body: expected lines of part headers that end in CRLF, got a lone CR or LF, or a NUL");
    struct slice name = take_token(&line);
    if (name.len == 0 || line.len == 0 || line.data[0] != ':')
        return malformed(form, "body: expected NAME: VALUE in each line of a part's headers, got something else");
    take(&line, 1);
    line = trim(line);
    if (same(name, "content-disposition"))
        return read_disposition(form, part, line);
    if (same(name, "content-type"))
        return once(form, &part->type, take_main(&line), "body: expected one Content-Type in a part, got two");
    if (same(name, "content-transfer-encoding"))
        return read_encoding(form, part, line);
    return true;
}

static bool read_headers(struct form *form, struct part *part, const char *at, const char *end)
{
    while (at < end) {
        const char *line_end = memmem(at, (size_t)(end - at), "\r\n", CRLF);
        if (!line_end)
            line_end = end;
        if (!read_line(form, part, between(at, line_end)))
            return false;
        at = line_end + CRLF;
    }
    if (part->name.len == 0)
        return malformed(form, "body: expected a name in each part's Content-Disposition, got none");
    if (part->name.len > MULTIPART_NAME)
        return too_large(form, "body: expected names of parts of at most 128 bytes, got a longer one");
    return true;
}

/* Reads the part between a delimiter's line, which ends at `at`, and the next delimiter.
 * The CRLF of either may be one half of the empty line behind the headers: RFC 2046
 * allows a part without headers, and one that ends with them. */
static bool read_part(struct form *form, struct part *part, const char *at, const struct delimiter *next)
{
    const char *start = at - CRLF;
    size_t len = (size_t)(next->start + CRLF - start), most = CRLF + MULTIPART_HEADERS + EMPTY_LINE;
    const char *empty = memmem(start, len < most ? len : most, "\r\n\r\n", EMPTY_LINE);

    if (!empty && len > most)
        return too_large(form, "body: expected at most 8192 bytes of headers in a part, got more");
    if (!empty)
        return malformed(form, "body: expected an empty line behind the headers of each part, got none");
    const char *data = empty + EMPTY_LINE;
    part->data = between(data, data < next->start ? next->start : data);
    return read_headers(form, part, at, empty);
}

/* --- what becomes of it --- */

static bool add(struct form *form, const char *bytes, size_t n)
{
    const struct buf *out = form->out;

    if (buf_add(form->out, bytes, n))
        return true;
    form->result = n > out->max - out->len ? MULTIPART_TEXT_TOO_LARGE : MULTIPART_NO_MEMORY;
    return false;
}

static bool add_text(struct form *form, const char *text) { return add(form, text, strlen(text)); }

static const bool is_escaped[256] = { [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true };

/* As JSON. Bytes beyond ASCII stay what they are. */
static bool add_string(struct form *form, struct slice s)
{
    static const char digits[] = "0123456789abcdef";
    bool good = add_text(form, "\"");

    while (good && s.len > 0) {
        size_t plain = 0;
        while (plain < s.len && !is_escaped[(unsigned char)s.data[plain]])
            plain++;
        good = add(form, take(&s, plain).data, plain);
        if (!good || s.len == 0)
            break;
        unsigned char c = (unsigned char)*take(&s, 1).data;
        const char escape[] = { '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] };
        good = add(form, escape, sizeof escape);
    }
    return good && add_text(form, "\"");
}

static bool add_member(struct form *form, const char *key, struct slice value)
{
    return add_text(form, key) && add_string(form, value);
}

/* Not within a character, if it is UTF-8. */
static struct slice cut(struct slice s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max > 0 && (s.data[max] & 0xc0) == 0x80)
        max--;
    return (struct slice){ s.data, max };
}

static bool write_file(struct form *form, const struct part *part)
{
    struct slice filename = part->extended.data ? part->extended : part->filename;
    char mark[BLOB_MARK];

    if (!blobs_add(form->blobs, part->data.data, part->data.len, BLOB_RAW, mark)) {
        form->result = MULTIPART_NO_MEMORY;
        return false;
    }
    return add_member(form, ",\"file\":", between(mark, mark + BLOB_MARK))
        && (!filename.data || add_member(form, ",\"filename\":", cut(filename, MULTIPART_FILENAME)))
        && (part->type.len == 0 || add_member(form, ",\"type\":", part->type));
}

static bool write_part(struct form *form, const struct part *part)
{
    bool other = part->type.len > 0 && !begins(part->type, "text/");
    bool file = part->filename.data || part->extended.data || other;

    return add_member(form, "{\"name\":", part->name)
        && (file ? write_file(form, part) : add_member(form, ",\"text\":", part->data))
        && add_text(form, "}");
}

/* --- delimiters --- */

static bool read_boundary(struct form *form, const char *content_type)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+_,-./:=? ";
    struct slice rest = { content_type, strlen(content_type) }, boundary = { 0 };
    struct parameter p;

    take_main(&rest);
    while (next_parameter(&rest, &p)) {
        if (same(p.name, "boundary") && !once(form, &boundary, p.value, "content-type: expected one boundary, got two"))
            return false;
    }
    if (rest.len > 0)
        return malformed(form, "content-type: expected multipart/form-data; boundary=TEXT, got something else");
    if (!boundary.data)
        return malformed(form, "body: expected a boundary in Content-Type, got none");
    if (boundary.len == 0 || boundary.len > MULTIPART_BOUNDARY)
        return malformed(form, "content-type: expected a boundary of 1 to 70 characters, got none or more");
    if (span(boundary, allowed, true) < boundary.len || boundary.data[boundary.len - 1] == ' ')
        return malformed(form, "content-type: expected a boundary of letters, digits and '()+_,-./:=?, got other characters");
    memcpy(form->delimiter, "\r\n--", CRLF + DASHES);
    memcpy(form->delimiter + CRLF + DASHES, boundary.data, boundary.len);
    form->delimiter_len = CRLF + DASHES + boundary.len;
    return true;
}

/* Does the line end behind its boundary, but for dashes and blanks? If not it is data. */
static bool ends_line(const struct form *form, const char *at, struct delimiter *d)
{
    struct slice rest = between(at, form->end);

    d->last = begins(rest, "--");
    take(&rest, d->last ? DASHES : 0);
    take(&rest, span(rest, " \t", true));
    if (!begins(rest, "\r\n"))
        return d->last && rest.len == 0;
    d->next = rest.data + CRLF;
    return true;
}

static bool find_delimiter(const struct form *form, const char *from, struct delimiter *d)
{
    while (from < form->end) {
        const char *found = memmem(from, (size_t)(form->end - from), form->delimiter, form->delimiter_len);
        if (!found)
            break;
        d->start = found;
        from = found + form->delimiter_len;
        if (ends_line(form, from, d))
            return true;
    }
    return false;
}

/* The first needs no line end in front of it; with one, there is text before it that
 * is for nobody. */
static bool find_first(const struct form *form, size_t len, struct delimiter *d)
{
    size_t line = form->delimiter_len - CRLF;

    d->start = form->body;
    if (len >= line && memcmp(form->body, form->delimiter + CRLF, line) == 0 && ends_line(form, form->body + line, d))
        return true;
    return find_delimiter(form, form->body, d);
}

static bool lift_parts(struct form *form, struct delimiter d)
{
    size_t count = 0;

    if (d.last && d.start > form->body)     /* not an empty form: its parts are in what is for nobody */
        return malformed(form, "body: expected the boundary in front of the first part, got it only at the end");
    while (!d.last) {
        const char *at = d.next;
        struct part part = { 0 };
        if (count == MULTIPART_PARTS)
            return too_large(form, "body: expected at most 64 parts, got more");
        if (!find_delimiter(form, at - CRLF, &d))
            return malformed(form, "body: expected the boundary between -- and -- at its end, got none");
        if (!read_part(form, &part, at, &d) || !add_text(form, count++ > 0 ? "," : "[") || !write_part(form, &part))
            return false;
    }
    return add_text(form, count > 0 ? "]" : "[]");
}

enum multipart_result multipart_lift(struct buf *out, const char *content_type, char *body, size_t len,
                                     struct blobs *blobs, const char **reason)
{
    struct form form = { .out = out, .blobs = blobs, .body = body, .end = len > 0 ? body + len : body };
    struct delimiter first;

    if (read_boundary(&form, content_type)) {
        if (find_first(&form, len, &first))
            lift_parts(&form, first);
        else
            malformed(&form, "body: expected a line with the boundary of Content-Type, got none");
    }
    *reason = form.reason;
    return form.result;
}
