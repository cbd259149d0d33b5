/* multipart_test.c - do forms become what their senders meant, or a refusal, and never anything else?
 *
 * Tables of bodies written out by hand, random forms that are encoded as clients do
 * and read back, cuts at every byte, and bodies made to be slow. All lie in memory
 * of exactly their size, so that a sanitizer sees one byte read too far.
 * SPDX-License-Identifier: MIT */
#include "multipart.h"

#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "random.h"

static const char form_b[] = "multipart/form-data; boundary=b";

/* In the texts below \n is CRLF, \v a lone LF, \f a lone CR, \a a NUL and ` a quote; in
 * what comes out, #bytes# is the mark of a file with these bytes. */
static void expand(struct buf *b, const char *text)
{
    buf_init(b, SIZE_MAX);
    buf_add_text(b, "");
    for (; *text; text++) {
        switch (*text) {
        case '\n': buf_add(b, "\r\n", 2); break;
        case '\v': buf_add(b, "\n", 1); break;
        case '\f': buf_add(b, "\r", 1); break;
        case '\a': buf_add(b, "", 1); break;
        case '`':  buf_add(b, "\"", 1); break;
        default:   buf_add(b, text, 1);
        }
    }
}

/* What multipart_lift() made, each mark as #bytes#. */
struct lifted {
    enum multipart_result result;
    const char *reason;
    bool in_place;          /* each blob is a slice of the body, and they are in order */
    struct buf text;
};

static void read_out(struct lifted *lifted, const struct blobs *blobs, const struct buf *out, const char *body, size_t len)
{
    size_t at = 0;

    lifted->in_place = true;
    for (size_t i = 0; i < blobs->count; i++) {
        const struct blob *blob = &blobs->list[i];
        size_t mark = at + blobs_seek(blobs, out->data + at, out->len - at);
        bool good = blobs_find(blobs, out->data + mark, out->len - mark) == blob && blob->form == BLOB_RAW
                 && blob->data >= body && blob->data + blob->len <= body + len;
        if (!good) {
            lifted->in_place = false;
            return;
        }
        buf_add(&lifted->text, out->data + at, mark - at);
        buf_add_text(&lifted->text, "#");
        buf_add(&lifted->text, blob->data, blob->len);
        buf_add_text(&lifted->text, "#");
        at = mark + BLOB_MARK;
    }
    buf_add(&lifted->text, out->data + at, out->len - at);
}

static struct lifted lift_up_to(size_t max, const char *content_type, const char *in, size_t len)
{
    struct lifted lifted = { 0 };
    struct blobs blobs;
    struct buf out;
    char *body = len > 0 ? malloc(len) : NULL;

    if (len > 0)
        memcpy(body, in, len);
    buf_init(&lifted.text, SIZE_MAX);
    buf_add_text(&lifted.text, "");
    buf_init(&out, max);
    blobs_init(&blobs);
    lifted.result = multipart_lift(&out, content_type, body, len, &blobs, &lifted.reason);
    if (lifted.result == MULTIPART_OK)
        read_out(&lifted, &blobs, &out, body, len);
    buf_free(&out);
    blobs_free(&blobs);
    free(body);
    return lifted;
}

static struct lifted lift(const char *content_type, const char *in, size_t len)
{
    return lift_up_to(SIZE_MAX, content_type, in, len);
}

static bool is_good(const struct lifted *lifted, const struct buf *expected)
{
    return lifted->result == MULTIPART_OK && !lifted->reason && lifted->in_place && lifted->text.len == expected->len
        && memcmp(lifted->text.data, expected->data, expected->len) == 0;
}

/* Claims that the body comes out so. */
static void check_good(const char *name, const char *content_type, const char *body, const char *expected)
{
    struct buf in, out;

    expand(&in, body);
    expand(&out, expected);
    struct lifted lifted = lift(content_type, in.data, in.len);
    if (!CHECK(is_good(&lifted, &out), "good: %s", name))
        printf("# expected %s\n# got      %s\n", out.data, lifted.reason ? lifted.reason : lifted.text.data);
    buf_free(&lifted.text);
    buf_free(&out);
    buf_free(&in);
}

static void check_bad(enum multipart_result result, const char *name, const char *content_type, const char *body,
                      const char *reason)
{
    struct buf in;

    expand(&in, body);
    struct lifted lifted = lift(content_type, in.data, in.len);
    CHECK(lifted.result == result, "%s: %s", result == MULTIPART_TOO_LARGE ? "too large" : "malformed", name);
    CHECK_TEXT(lifted.reason, reason, "reason: %s", name);
    buf_free(&lifted.text);
    buf_free(&in);
}

/* --- tables --- */

#define DISPOSITION "Content-Disposition: form-data; name=`a`"
#define FILE_A      "--b\n" DISPOSITION "; filename=`x`\n\n"
#define TEXT_A      "--b\n" DISPOSITION "\n\n"

static const struct { const char *name, *body, *json; } good_bodies[] = {
    { "a text",                 TEXT_A "a fox\n--b--\n",            "[{`name`:`a`,`text`:`a fox`}]" },
    { "an empty text",          TEXT_A "\n--b--\n",                 "[{`name`:`a`,`text`:``}]" },
    { "a file",                 FILE_A "GIF\n--b--\n",              "[{`name`:`a`,`file`:`#GIF#`,`filename`:`x`}]" },
    { "an empty file",          FILE_A "\n--b--\n",                 "[{`name`:`a`,`file`:`##`,`filename`:`x`}]" },
    { "no file was chosen",     "--b\n" DISPOSITION "; filename=``\nContent-Type: application/octet-stream\n\n\n--b--\n",
                                "[{`name`:`a`,`file`:`##`,`filename`:``,`type`:`application/octet-stream`}]" },
    { "text and file and text", TEXT_A "1\n" FILE_A "2\n" TEXT_A "3\n--b--\n",
                                "[{`name`:`a`,`text`:`1`},{`name`:`a`,`file`:`#2#`,`filename`:`x`},{`name`:`a`,`text`:`3`}]" },
    { "no parts",               "--b--\n",                          "[]" },
    { "no parts, and an epilogue", "--b--\n" TEXT_A "P\n--b--\n",  "[]" },
    { "two files",              FILE_A "1\n" FILE_A "2\n--b--\n",
                                "[{`name`:`a`,`file`:`#1#`,`filename`:`x`},{`name`:`a`,`file`:`#2#`,`filename`:`x`}]" },

    { "a type makes a file",    "--b\n" DISPOSITION "\nContent-Type: image/png\n\nP\n--b--\n",
                                "[{`name`:`a`,`file`:`#P#`,`type`:`image/png`}]" },
    { "a type of text does not", "--b\n" DISPOSITION "\nContent-Type: Text/Plain; charset=UTF-8\n\nP\n--b--\n",
                                "[{`name`:`a`,`text`:`P`}]" },
    { "nor one of other text",  "--b\n" DISPOSITION "\nContent-Type: text/markdown\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "what only begins like it is a file",   "--b\n" DISPOSITION "\nContent-Type: textile/x\n\nP\n--b--\n",
                                "[{`name`:`a`,`file`:`#P#`,`type`:`textile/x`}]" },
    { "a text with a filename is a file", "--b\n" DISPOSITION "; filename=`t`\nContent-Type: text/plain\n\nP\n--b--\n",
                                "[{`name`:`a`,`file`:`#P#`,`filename`:`t`,`type`:`text/plain`}]" },
    { "an empty type says nothing", "--b\n" DISPOSITION "\nContent-Type:\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "nor of a file",          "--b\n" DISPOSITION "; filename=`x`\nContent-Type: \n\nP\n--b--\n", "[{`name`:`a`,`file`:`#P#`,`filename`:`x`}]" },
    { "parameters of a type",   "--b\n" DISPOSITION "\nContent-Type: image/png ; a=`;`\n\nP\n--b--\n",
                                "[{`name`:`a`,`file`:`#P#`,`type`:`image/png`}]" },
    { "headers in any case and order", "--b\ncontent-TYPE:image/png\nX-Other: 1\nCONTENT-disposition:Form-Data;NAME=a\n\nP\n--b--\n",
                                "[{`name`:`a`,`file`:`#P#`,`type`:`image/png`}]" },
    { "blanks around a value",  "--b\nContent-Disposition: \t form-data ; name=`a` \t\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "binary",                 "--b\n" DISPOSITION "\nContent-Transfer-Encoding: Binary\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "8bit",                   "--b\n" DISPOSITION "\nContent-Transfer-Encoding: 8BIT\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "7bit",                   "--b\n" DISPOSITION "\nContent-Transfer-Encoding: 7bit\n\nP\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },

    { "no line end at the end", TEXT_A "P\n--b--",                  "[{`name`:`a`,`text`:`P`}]" },
    { "an epilogue",            TEXT_A "P\n--b--\nsee\n--b\n\nyou", "[{`name`:`a`,`text`:`P`}]" },
    { "a preamble",             "see\n" TEXT_A "P\n--b--\n",        "[{`name`:`a`,`text`:`P`}]" },
    { "an empty line in front", "\n" TEXT_A "P\n--b--\n",           "[{`name`:`a`,`text`:`P`}]" },
    { "a preamble like a boundary", "--bb\n--b-\n --b\n" TEXT_A "P\n--b--\n", "[{`name`:`a`,`text`:`P`}]" },
    { "blanks behind the boundary", "--b \t\n" DISPOSITION "\n\nP\n--b \n" DISPOSITION "\n\nQ\n--b-- \t \n",
                                "[{`name`:`a`,`text`:`P`},{`name`:`a`,`text`:`Q`}]" },
    { "blanks behind the last, to the end", TEXT_A "P\n--b-- \t",   "[{`name`:`a`,`text`:`P`}]" },
    { "nothing behind its headers", "--b\n" DISPOSITION "\n\n--b--\n", "[{`name`:`a`,`text`:``}]" },
    { "a file of nothing behind its headers", FILE_A "--b--\n",     "[{`name`:`a`,`file`:`##`,`filename`:`x`}]" },

    { "boundaries that are data", FILE_A "--bb\n --b\n--b-\n--b x\n--b\v--b\f\n--b--x\n--b-- \v\n--B\n\v--b\n--b \t x\n--b--\n",
                                "[{`name`:`a`,`file`:`#--bb\n --b\n--b-\n--b x\n--b\v--b\f\n--b--x\n--b-- \v\n--B\n\v--b\n--b \t x#`,`filename`:`x`}]" },
    { "line ends that are data", FILE_A "\n\v\f\n\n\n--b--\n",      "[{`name`:`a`,`file`:`#\n\v\f\n\n#`,`filename`:`x`}]" },
    { "a NUL in a file",        FILE_A "\a\n\a--b\n--b--\n",        "[{`name`:`a`,`file`:`#\a\n\a--b#`,`filename`:`x`}]" },
    { "NUL around it all",      "\a\n" TEXT_A "P\n--b--\n\a",       "[{`name`:`a`,`text`:`P`}]" },
    { "a NUL in a text",        TEXT_A "\a\n--b--\n",               "[{`name`:`a`,`text`:`\\u0000`}]" },
    { "escapes of JSON",        TEXT_A "a`b\\c\nd\x7f\xc3\xa9\xff\n--b--\n",
                                "[{`name`:`a`,`text`:`a\\u0022b\\u005cc\\u000d\\u000ad\x7f\xc3\xa9\xff`}]" },
    { "a mark that is forged",  TEXT_A "<blob:00000000000000000000000000000000:00000000>\n" FILE_A "P\n--b--\n",
                                "[{`name`:`a`,`text`:`<blob:00000000000000000000000000000000:00000000>`},"
                                "{`name`:`a`,`file`:`#P#`,`filename`:`x`}]" },
};

/* Of a form with one part: what stands behind "Content-Disposition:", and what of the
 * JSON follows from it. */
static const struct { const char *name, *value, *json; } good_dispositions[] = {
    { "quoted",                 "form-data; name=`image[]`; filename=`a b.png`", "`name`:`image[]`,`file`:`#P#`,`filename`:`a b.png`" },
    { "not quoted",             "form-data; name=image[]; filename=a.png", "`name`:`image[]`,`file`:`#P#`,`filename`:`a.png`" },
    { "in another order",       "form-data; filename=`x`; name=`a`",    "`name`:`a`,`file`:`#P#`,`filename`:`x`" },
    { "close together",         "form-data;name=`a`;filename=`x`",      "`name`:`a`,`file`:`#P#`,`filename`:`x`" },
    { "a semicolon too many",   "form-data; name=`a`;; filename=`x`;",  "`name`:`a`,`file`:`#P#`,`filename`:`x`" },
    { "another parameter",      "form-data; x-y=`;name=`; name=`a`",    "`name`:`a`,`text`:`P`" },
    { "a semicolon within quotes", "form-data; name=`a; filename=x`",   "`name`:`a; filename=x`,`text`:`P`" },
    { "quotes, as curl has it",  "form-data; name=`a\\`b\\\\`",         "`name`:`a\\u0022b\\u005c`,`text`:`P`" },
    { "quotes, as browsers have it", "form-data; name=`a%22b%0D%0ac`",  "`name`:`a\\u0022b\\u000d\\u000ac`,`text`:`P`" },
    { "another percent is one", "form-data; name=`50%20%`",             "`name`:`50%20%`,`text`:`P`" },
    { "percent without quotes", "form-data; name=a%22",                 "`name`:`a%22`,`text`:`P`" },
    { "a path of Windows",      "form-data; name=a; filename=`C:\\temp\\x.png`",
                                "`name`:`a`,`file`:`#P#`,`filename`:`C:\\u005ctemp\\u005cx.png`" },
    { "bytes beyond ASCII",     "form-data; name=`\xc3\xa9`",           "`name`:`\xc3\xa9`,`text`:`P`" },
    { "filename*",              "form-data; name=a; filename*=UTF-8''a%20%C3%a9%22",
                                "`name`:`a`,`file`:`#P#`,`filename`:`a \xc3\xa9\\u0022`" },
    { "filename* and its language", "form-data; name=a; filename*=utf-8'en'x", "`name`:`a`,`file`:`#P#`,`filename`:`x`" },
    { "filename* wins in front", "form-data; name=a; filename*=UTF-8''y; filename=`x`", "`name`:`a`,`file`:`#P#`,`filename`:`y`" },
    { "filename* wins behind",  "form-data; name=a; filename=`x`; filename*=UTF-8''y", "`name`:`a`,`file`:`#P#`,`filename`:`y`" },
    { "filename* of nothing",   "form-data; name=a; filename*=UTF-8''", "`name`:`a`,`file`:`#P#`,`filename`:``" },
    { "filename of nothing, unquoted", "form-data; name=a; filename=",  "`name`:`a`,`file`:`#P#`,`filename`:``" },
};

static const char no_name[] = "body: expected a name in each part's Content-Disposition, got none";
static const char no_form_data[] = "body: expected Content-Disposition: form-data in each part, got another";
static const char no_parameter[] = "body: expected Content-Disposition: form-data; name=\"NAME\", got something else";
static const char no_extended[] = "body: expected filename*=UTF-8''TEXT, got something else";
static const char no_line[] = "body: expected NAME: VALUE in each line of a part's headers, got something else";
static const char no_crlf[] = "body: expected lines of part headers that end in CRLF, got a lone CR or LF, or a NUL";
static const char no_empty_line[] = "body: expected an empty line behind the headers of each part, got none";
static const char no_encoding[] = "body: expected Content-Transfer-Encoding binary, 8bit or 7bit, got another";
static const char no_end[] = "body: expected the boundary between -- and -- at its end, got none";
static const char no_start[] = "body: expected the boundary in front of the first part, got it only at the end";
static const char no_first[] = "body: expected a line with the boundary of Content-Type, got none";

static const struct { const char *name, *value, *reason; } bad_dispositions[] = {
    { "no name",                "form-data",                            no_name },
    { "a filename alone",       "form-data; filename=`x`",              no_name },
    { "an empty name",          "form-data; name=``",                   no_name },
    { "an empty name, unquoted", "form-data; name=",                    no_name },
    { "name* is not a name",    "form-data; name*=UTF-8''a",            no_name },
    { "another kind",           "attachment; name=`a`",                 no_form_data },
    { "a kind that begins so",  "form-data2; name=`a`",                 no_form_data },
    { "no kind",                "",                                     no_form_data },
    { "no kind but a name",     "; name=`a`",                           no_form_data },
    { "no end to a quote",      "form-data; name=`a",                   no_parameter },
    { "an escaped end",         "form-data; name=`a\\`",                no_parameter },
    { "text behind a quote",    "form-data; name=`a`b",                 no_parameter },
    { "a quote within",         "form-data; name=a`b`",                 no_parameter },
    { "no equals sign",         "form-data; name",                      no_parameter },
    { "a colon for it",         "form-data; name:`a`",                  no_parameter },
    { "a semicolon for it",     "form-data; name; a=b",                 no_parameter },
    { "a blank in front of it", "form-data; name =`a`",                 no_parameter },
    { "no name of a parameter", "form-data; =`a`",                      no_parameter },
    { "a comma",                "form-data, name=`a`",                  no_form_data },
    { "unquoted blanks",        "form-data; name=a b",                  no_parameter },
    { "two names",              "form-data; name=`a`; name=`a`",        "body: expected one name in a part, got two" },
    { "two filenames",          "form-data; name=a; filename=; filename=`x`", "body: expected one filename in a part, got two" },
    { "two filenames*",         "form-data; name=a; filename*=UTF-8''x; filename*=UTF-8''x", "body: expected one filename* in a part, got two" },
    { "filename* in Latin",     "form-data; name=a; filename*=iso-8859-1''x", no_extended },
    { "filename* plain",        "form-data; name=a; filename*=x",       no_extended },
    { "filename* of nothing",   "form-data; name=a; filename*=",        no_extended },
    { "filename* with one quote", "form-data; name=a; filename*=UTF-8'x", no_extended },
    { "filename* cut",          "form-data; name=a; filename*=UTF-8''a%2", no_extended },
    { "filename* broken",       "form-data; name=a; filename*=UTF-8''%2g", no_extended },
};

static const struct { const char *name, *body, *reason; } bad_bodies[] = {
    { "nothing",                "",                                     no_first },
    { "no boundary",            "prompt=a+fox",                         no_first },
    { "another boundary",       "--c\n" DISPOSITION "\n\nP\n--c--\n",   no_first },
    { "the boundary in another case", "--B\n" DISPOSITION "\n\nP\n--B--\n", no_first },
    { "without its dashes",     "b\n" DISPOSITION "\n\nP\nb--\n",       no_first },
    { "behind a blank",         " " TEXT_A "P\n--b--\n",                no_start },
    { "behind a lone LF",       "--b\v" DISPOSITION "\n\nP\n--b--\n",   no_start },
    { "lone LF everywhere",     "--b\v" DISPOSITION "\v\vP\v--b--\v",   no_first },
    { "lone CR everywhere",     "--b\f" DISPOSITION "\f\fP\f--b--\f",   no_first },
    { "only a preamble",        "\n\n\n",                               no_first },
    { "a NUL alone",            "\a",                                   no_first },
    { "text behind nothing",    "\nP\n--b",                             no_first },
    { "no last boundary",       TEXT_A "P\n",                           no_end },
    { "a last one without dashes", TEXT_A "P\n--b",                     no_end },
    { "a last one with one dash", TEXT_A "P\n--b-",                     no_end },
    { "a last one behind LF",   TEXT_A "P\v--b--\n",                    no_end },
    { "a last one at once",     TEXT_A "P--b--\n",                      no_end },
    { "something behind the last", TEXT_A "P\n--b--x",                  no_end },
    { "a LF behind the last",   TEXT_A "P\n--b--\v",                    no_end },
    { "the boundary, then nothing", "--b\n",                            no_end },
    { "headers, then nothing",  "--b\n" DISPOSITION "\n",               no_end },
    { "a NUL in the boundary",  TEXT_A "P\n--b\a--\n",                  no_end },

    { "a part of nothing",      "--b\n--b--\n",                         no_empty_line },
    { "a part of an empty line", "--b\n\n--b--\n",                      no_name },
    { "no headers",             "--b\n\nP\n--b--\n",                    no_name },
    { "headers without end",    "--b\n" DISPOSITION "\n--b--\n",        no_empty_line },
    { "their end in another part", "--b\n" DISPOSITION "\nP\n" TEXT_A "P\n--b--\n", no_empty_line },
    { "their end behind the last", "--b\n" DISPOSITION "\n--b--\n\n",   no_empty_line },
    { "no Content-Disposition", "--b\nContent-Type: image/png\n\nP\n--b--\n", no_name },
    { "no colon",               "--b\n" DISPOSITION "\nContent-Type\n\nP\n--b--\n", no_line },
    { "no name of a header",    "--b\n" DISPOSITION "\n: image/png\n\nP\n--b--\n", no_line },
    { "a blank in front of a colon", "--b\nContent-Disposition : form-data; name=`a`\n\nP\n--b--\n", no_line },
    { "a folded line",          "--b\nContent-Disposition: form-data;\n name=`a`\n\nP\n--b--\n", no_line },
    { "a blank in front of headers", "--b\n " DISPOSITION "\n\nP\n--b--\n", no_line },
    { "a lone LF in headers",   "--b\n" DISPOSITION "\vContent-Type: image/png\n\nP\n--b--\n", no_crlf },
    { "a lone CR in headers",   "--b\n" DISPOSITION "\fContent-Type: image/png\n\nP\n--b--\n", no_crlf },
    { "a lone LF behind headers", "--b\n" DISPOSITION "\v\n\nP\n--b--\n", no_crlf },
    { "a NUL in headers",       "--b\n" DISPOSITION "\a\n\nP\n--b--\n", no_crlf },
    { "a NUL for a header",     "--b\n\a\n\nP\n--b--\n",                no_crlf },

    { "base64",                 "--b\n" DISPOSITION "\nContent-Transfer-Encoding: base64\n\nUA==\n--b--\n", no_encoding },
    { "quoted-printable",       "--b\n" DISPOSITION "\nContent-Transfer-Encoding: quoted-printable\n\nP\n--b--\n", no_encoding },
    { "no encoding",            "--b\n" DISPOSITION "\nContent-Transfer-Encoding:\n\nP\n--b--\n", no_encoding },
    { "two encodings",          "--b\n" DISPOSITION "\nContent-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: 8bit\n\nP\n--b--\n",
                                "body: expected one Content-Transfer-Encoding in a part, got two" },
    { "two types",              "--b\n" DISPOSITION "\nContent-Type: text/plain\nContent-Type: image/png\n\nP\n--b--\n",
                                "body: expected one Content-Type in a part, got two" },
    { "two dispositions",       "--b\n" DISPOSITION "\n" DISPOSITION "\n\nP\n--b--\n",
                                "body: expected one Content-Disposition in a part, got two" },
    { "bad behind good",        TEXT_A "P\n--b\n\nP\n--b--\n",          no_name },
};

static const char no_boundary[] = "body: expected a boundary in Content-Type, got none";
static const char no_type[] = "content-type: expected multipart/form-data; boundary=TEXT, got something else";
static const char no_length[] = "content-type: expected a boundary of 1 to 70 characters, got none or more";
static const char no_characters[] = "content-type: expected a boundary of letters, digits and '()+_,-./:=?, got other characters";

#define SEVENTY "0123456789'()+_,-./:=?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"

/* Of a form with one part and that boundary: a reason, or NULL when it is good. */
static const struct { const char *name, *type, *boundary, *reason; } types[] = {
    { "plain",                  "multipart/form-data; boundary=xyz",            "xyz",      NULL },
    { "quoted",                 "multipart/form-data; boundary=`xyz`",          "xyz",      NULL },
    { "in capitals",            "MULTIPART/FORM-DATA; BOUNDARY=xyz",            "xyz",      NULL },
    { "close together",         "multipart/form-data;boundary=xyz",             "xyz",      NULL },
    { "blanks and semicolons",  "multipart/form-data ;\t boundary=xyz ; ",      "xyz",      NULL },
    { "behind another",         "multipart/form-data; charset=utf-8; boundary=xyz", "xyz",  NULL },
    { "in front of another",    "multipart/form-data; boundary=xyz; charset=`;boundary=a`", "xyz", NULL },
    { "as browsers have it",    "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW", NULL },
    { "as Java has it",         "multipart/form-data; boundary=`----=_Part_1_23.45`", "----=_Part_1_23.45", NULL },
    { "the same, not quoted",   "multipart/form-data; boundary=----=_Part_1_23.45", "----=_Part_1_23.45", NULL },
    { "a blank within",         "multipart/form-data; boundary=`x y`",          "x y",      NULL },
    { "one character",          "multipart/form-data; boundary=x",              "x",        NULL },
    { "seventy",                "multipart/form-data; boundary=`" SEVENTY "`",  SEVENTY,    NULL },
    { "seventy-one",            "multipart/form-data; boundary=`" SEVENTY "w`", SEVENTY "w", no_length },
    { "none",                   "multipart/form-data",                          "",         no_boundary },
    { "none, but another",      "multipart/form-data; charset=utf-8",           "",         no_boundary },
    { "none, but within another", "multipart/form-data; xboundary=xyz",         "xyz",      no_boundary },
    { "empty",                  "multipart/form-data; boundary=",               "",         no_length },
    { "empty within quotes",    "multipart/form-data; boundary=``",             "",         no_length },
    { "a quote without end",    "multipart/form-data; boundary=`xyz",           "xyz",      no_type },
    { "text behind it",         "multipart/form-data; boundary=xyz abc",        "xyz",      no_type },
    { "two headers in one",     "multipart/form-data; boundary=xyz, multipart/form-data; boundary=abc", "xyz", no_type },
    { "two",                    "multipart/form-data; boundary=xyz; boundary=xyz", "xyz",   "content-type: expected one boundary, got two" },
    { "a blank at its end",     "multipart/form-data; boundary=`xyz `",         "xyz ",     no_characters },
    { "a backslash",            "multipart/form-data; boundary=`x\\yz`",        "x\\yz",    no_characters },
    { "bytes beyond ASCII",     "multipart/form-data; boundary=\xc3\xa9",       "\xc3\xa9", no_characters },
    { "an asterisk",            "multipart/form-data; boundary=x*",             "x*",       no_characters },
};

static const char *spell(struct buf *b, const char *format, const char *text)
{
    buf_init(b, SIZE_MAX);
    for (; *format; format++) {
        if (*format == '~')
            buf_add_text(b, text);
        else
            buf_add(b, format, 1);
    }
    return b->data;
}

static void check_bodies(void)
{
    for (size_t i = 0; i < sizeof good_bodies / sizeof *good_bodies; i++)
        check_good(good_bodies[i].name, form_b, good_bodies[i].body, good_bodies[i].json);
    for (size_t i = 0; i < sizeof bad_bodies / sizeof *bad_bodies; i++)
        check_bad(MULTIPART_MALFORMED, bad_bodies[i].name, form_b, bad_bodies[i].body, bad_bodies[i].reason);
}

static void check_dispositions(void)
{
    static const char form[] = "--b\nContent-Disposition:~\n\nP\n--b--\n";
    struct buf in, out;

    for (size_t i = 0; i < sizeof good_dispositions / sizeof *good_dispositions; i++) {
        check_good(good_dispositions[i].name, form_b, spell(&in, form, good_dispositions[i].value),
                   spell(&out, "[{~}]", good_dispositions[i].json));
        buf_free(&in);
        buf_free(&out);
    }
    for (size_t i = 0; i < sizeof bad_dispositions / sizeof *bad_dispositions; i++) {
        check_bad(MULTIPART_MALFORMED, bad_dispositions[i].name, form_b, spell(&in, form, bad_dispositions[i].value),
                  bad_dispositions[i].reason);
        buf_free(&in);
    }
}

static void check_types(void)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct buf body, type;
        expand(&type, types[i].type);
        spell(&body, "--~\n" DISPOSITION "\n\nP\n--~--\n", types[i].boundary);
        if (types[i].reason)
            check_bad(MULTIPART_MALFORMED, types[i].name, type.data, body.data, types[i].reason);
        else
            check_good(types[i].name, type.data, body.data, "[{`name`:`a`,`text`:`P`}]");
        buf_free(&body);
        buf_free(&type);
    }
}

/* --- ceilings --- */

static void add_times(struct buf *b, const char *text, size_t n)
{
    for (; n > 0; n--)
        buf_add_text(b, text);
}

/* The form "before, text n times, after" is good, and one more of it too large. */
static void check_ceiling(const char *before, const char *text, size_t n, const char *after, const char *reason)
{
    struct buf body;

    for (size_t more = 0; more < 2; more++) {
        buf_init(&body, SIZE_MAX);
        buf_add_text(&body, before);
        add_times(&body, text, n + more);
        buf_add_text(&body, after);
        if (more) {
            check_bad(MULTIPART_TOO_LARGE, "one more", form_b, body.data, reason);
        } else {
            struct buf in;
            expand(&in, body.data);
            struct lifted lifted = lift(form_b, in.data, in.len);
            CHECK(lifted.result == MULTIPART_OK, "ceiling: just below %s", reason);
            buf_free(&lifted.text);
            buf_free(&in);
        }
        buf_free(&body);
    }
}

static void check_ceilings(void)
{
    static const char start[] = "--b\n" DISPOSITION "\nX:";
    static const char of_headers[] = "body: expected at most 8192 bytes of headers in a part, got more";
    size_t first_line = strlen("Content-Disposition: form-data; name=\"a\"\r\n");

    check_ceiling("", TEXT_A "P\n", MULTIPART_PARTS, "--b--\n", "body: expected at most 64 parts, got more");
    check_ceiling(start, "x", MULTIPART_HEADERS - first_line - 2, "\n\nP\n--b--\n", of_headers);
    check_ceiling(start, "x", MULTIPART_HEADERS - first_line - 2, "\n\n--b--\n", of_headers);
    check_ceiling("--b\nContent-Disposition: form-data; name=`", "%22", MULTIPART_NAME, "`\n\nP\n--b--\n",
                  "body: expected names of parts of at most 128 bytes, got a longer one");
    check_bad(MULTIPART_MALFORMED, "headers without end, short", form_b, "--b\nX:1\n--b--\n", no_empty_line);
}

/* A filename is cut, and not within a character. */
static void check_filenames(void)
{
    static const struct { const char *what, *character; size_t count, left; } names[] = {
        { "just below",         "x",                MULTIPART_FILENAME,         MULTIPART_FILENAME },
        { "one more",           "x",                MULTIPART_FILENAME + 1,     MULTIPART_FILENAME },
        { "two bytes each",     "\xc3\xa9",         MULTIPART_FILENAME / 2 + 1, MULTIPART_FILENAME / 2 },
        { "three bytes each",   "\xe2\x82\xac",     200,                        MULTIPART_FILENAME / 3 },
        { "four bytes each",    "\xf0\x9f\xa6\x8a", 200,                        MULTIPART_FILENAME / 4 },
        { "no UTF-8",           "\x80",             MULTIPART_FILENAME + 1,     0 },
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf name, left, body, json;
        buf_init(&name, SIZE_MAX);
        buf_init(&left, SIZE_MAX);
        buf_add_text(&left, "");
        add_times(&name, names[i].character, names[i].count);
        add_times(&left, names[i].character, names[i].left);
        check_good(names[i].what, form_b, spell(&body, "--b\n" DISPOSITION "; filename=`~`\n\nP\n--b--\n", name.data),
                   spell(&json, "[{`name`:`a`,`file`:`#P#`,`filename`:`~`}]", left.data));
        buf_free(&name);
        buf_free(&left);
        buf_free(&body);
        buf_free(&json);
    }
}

/* Whatever the ceiling of the text, it is kept, and said. */
static void check_text_ceiling(void)
{
    struct buf in;
    size_t good = 0, max = 0;

    expand(&in, TEXT_A "a`\v fox\n" FILE_A "GIF\n--b--\n");
    for (;; max++) {
        struct lifted lifted = lift_up_to(max, form_b, in.data, in.len);
        buf_free(&lifted.text);
        if (lifted.result == MULTIPART_OK)
            break;
        good += lifted.result == MULTIPART_TEXT_TOO_LARGE && !lifted.reason;
    }
    size_t needed = strlen("[{'name':'a','text':'a\\u0022\\u000a fox'},{'name':'a','file':'','filename':'x'}]") + BLOB_MARK;
    CHECK(good == max, "text ceiling: too large, whatever it cuts");
    CHECK(max == needed, "text ceiling: just enough is enough");
    buf_free(&in);
}

/* --- cuts --- */

/* A form that lost its end is malformed; what may be lost is what is for nobody. */
static void check_truncation(void)
{
    struct buf in;
    size_t good = 0;

    expand(&in, "see\n" TEXT_A "a fox\n" FILE_A "\n--bb\n--b-\n--b \n" DISPOSITION "; filename=`\\`%22`; filename*=UTF-8''%20\n"
           "Content-Type: image/png\n\nGIF\n--b-- \nend\n--b\n");
    struct lifted whole = lift(form_b, in.data, in.len);
    size_t last = (size_t)(strstr(in.data, "--b-- ") - in.data) + strlen("--b--");
    for (size_t len = 0; len <= in.len; len++) {
        struct lifted lifted = lift(form_b, in.data, len);
        bool ended = len >= last && len != last + 2;    /* a CR alone is no line end */
        good += ended ? is_good(&lifted, &whole.text) : lifted.result == MULTIPART_MALFORMED && lifted.reason;
        buf_free(&lifted.text);
    }
    CHECK(whole.result == MULTIPART_OK && good == in.len + 1, "truncated at every byte");
    buf_free(&whole.text);
    buf_free(&in);
}

/* Nor does any other byte, in any place, lead out of the body. */
static void check_damage(void)
{
    static const char bytes[] = { '\0', '\r', '\n', '-', 'b', '"', '\\', '%', ';', ':', ' ', '\xff' };
    struct buf in;
    size_t good = 0, count = 0;

    expand(&in, TEXT_A "a fox\n--b \n" DISPOSITION "; filename=`\\`%22`; filename*=UTF-8''%20\n\nGIF\n--b--\n");
    for (size_t at = 0; at < in.len; at++) {
        char kept = in.data[at];
        for (size_t i = 0; i < sizeof bytes; i++, count++) {
            in.data[at] = bytes[i];
            struct lifted lifted = lift(form_b, in.data, in.len);
            good += lifted.result == MULTIPART_OK ? lifted.in_place : lifted.result == MULTIPART_MALFORMED && lifted.reason;
            buf_free(&lifted.text);
        }
        in.data[at] = kept;
    }
    CHECK(good == count, "damage: each of %zu bytes in every place", sizeof bytes);
    buf_free(&in);
}

/* --- random forms --- */

static const char *const boundaries[] = { "b", "--", "-", "----WebKitFormBoundary7MA4YWxkTrZu0gW", SEVENTY, "a b" };

/* Does a line of text delimit parts? Byte by byte, nothing clever. */
static bool delimits(const char *text, size_t len, const char *boundary)
{
    size_t n = strlen(boundary);

    for (size_t at = 0; at + n + 6 <= len; at++) {
        if (memcmp(text + at, "\r\n--", 4) != 0 || memcmp(text + at + 4, boundary, n) != 0)
            continue;
        size_t end = at + 4 + n;
        if (text[end] == '-' && text[end + 1] == '-')
            end += 2;
        while (end < len && (text[end] == ' ' || text[end] == '\t'))
            end++;
        if (end + 2 <= len && text[end] == '\r' && text[end + 1] == '\n')
            return true;
    }
    return false;
}

static void add_fragment(struct buf *b, const char *boundary)
{
    static const char *const texts[] = { "\r\n", "\r\n", "\r\n--", "--", "-", "\r", "\n", " ", "\t", "\"", "\\", "a fox", "{\"" };
    size_t n = strlen(boundary);

    switch (random_below(6)) {
    case 0:
        buf_add_format(b, "\r\n--%s", boundary);
        break;
    case 1:
        buf_add(b, boundary, random_below((uint32_t)n + 1));
        break;
    case 2:
        for (uint32_t count = random_below(40); count > 0; count--)
            buf_add(b, &(char){ (char)random_below(256) }, 1);
        break;
    default:
        buf_add_text(b, texts[random_below(sizeof texts / sizeof *texts)]);
    }
}

/* Bytes that can stand in a form of that boundary. */
static void random_data(struct buf *data, const char *boundary)
{
    struct buf line;
    bool again = true;

    while (again) {
        buf_init(data, SIZE_MAX);
        buf_init(&line, SIZE_MAX);
        buf_add_text(data, "");
        for (uint32_t n = random_below(12); n > 0; n--)
            add_fragment(data, boundary);
        buf_add_text(&line, "\r\n");
        buf_add(&line, data->data, data->len);
        buf_add_text(&line, "\r\n");
        again = delimits(line.data, line.len, boundary);
        buf_free(&line);
        if (again)
            buf_free(data);
    }
}

static void add_json(struct buf *json, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c < ' ' || c == '"' || c == '\\')
            buf_add_format(json, "\\u%04x", c);
        else
            buf_add(json, &c, 1);
    }
}

/* A name or filename, as a browser writes it or as curl does, and as JSON. */
static void add_quoted(struct buf *body, struct buf *json)
{
    static const char letters[] = "ab[]; =,:'\"\"\xc3\xa9\\\\\r\n";
    bool browser = random_below(2);

    buf_add_text(body, "\"");
    for (uint32_t n = 1 + random_below(20); n > 0; n--) {
        char c = letters[random_below(browser ? sizeof letters - 5 : sizeof letters - 3)];
        if (browser && random_below(10) == 0)
            c = random_below(2) ? '\r' : '\n';
        if (browser && (c == '"' || c == '\r' || c == '\n'))
            buf_add_format(body, "%%%02X", c);
        else
            buf_add_format(body, !browser && (c == '"' || c == '\\') ? "\\%c" : "%c", c);
        add_json(json, &c, 1);
    }
    buf_add_text(body, "\"");
}

static void add_part(struct buf *body, struct buf *json, const char *boundary)
{
    bool file = random_below(2), type = file && random_below(2);
    struct buf data, filename;

    random_data(&data, boundary);
    buf_init(&filename, SIZE_MAX);
    buf_add_format(body, "--%s%s\r\n%s", boundary, random_below(4) ? "" : " \t", random_below(4) ? "" : "X-Other: \"\r\n");
    buf_add_text(body, "content-disposition: form-data; name=");
    buf_add_text(json, "{\"name\":\"");
    add_quoted(body, json);
    if (file) {
        buf_add_text(body, "; filename=");
        add_quoted(body, &filename);
        buf_add_text(json, "\",\"file\":\"#");
        buf_add(json, data.data, data.len);
        buf_add_text(json, "#\",\"filename\":\"");
        buf_add(json, filename.data, filename.len);
    } else {
        buf_add_text(json, "\",\"text\":\"");
        add_json(json, data.data, data.len);
    }
    buf_add_text(body, type ? "\r\nContent-Type:image/png\r\n\r\n" : "\r\n\r\n");
    buf_add_text(json, type ? "\",\"type\":\"image/png\"}" : "\"}");
    buf_add(body, data.data, data.len);
    buf_add_text(body, "\r\n");
    buf_free(&filename);
    buf_free(&data);
}

static bool one_random(void)
{
    const char *boundary = boundaries[random_below(sizeof boundaries / sizeof *boundaries)];
    struct buf body, json, type;

    buf_init(&body, SIZE_MAX);
    buf_init(&json, SIZE_MAX);
    buf_init(&type, SIZE_MAX);
    buf_add_format(&type, "multipart/form-data; boundary=\"%s\"", boundary);
    buf_add_text(&body, random_below(4) ? "" : "preamble\r\n");
    buf_add_text(&json, "[");
    for (uint32_t n = 1 + random_below(6); n > 0; n--) {
        add_part(&body, &json, boundary);
        buf_add_text(&json, n > 1 ? "," : "]");
    }
    buf_add_format(&body, "--%s--%s", boundary, random_below(4) ? "\r\n" : " \r\nepilogue");
    struct lifted lifted = lift(type.data, body.data, body.len);
    bool good = is_good(&lifted, &json);
    if (!good)
        printf("# in       %s\n# expected %s\n# got      %s\n", body.data, json.data, lifted.reason ? lifted.reason : lifted.text.data);
    buf_free(&lifted.text);
    buf_free(&type);
    buf_free(&json);
    buf_free(&body);
    return good;
}

static void check_random(void)
{
    enum { FORMS = 4000 };
    int good = 0;

    for (int i = 0; i < FORMS; i++)
        good += one_random();
    CHECK(good == FORMS, "random: %d of %d come out as they went in", good, FORMS);
}

/* --- the rest --- */

/* What is appended stands behind what was there, and marks go on. */
static void check_appends(void)
{
    struct buf in, out;
    struct blobs blobs;
    const char *reason;
    char mark[BLOB_MARK];

    expand(&in, FILE_A "GIF\n--b--\n");
    buf_init(&out, SIZE_MAX);
    buf_add_text(&out, "0,");
    blobs_init(&blobs);
    blobs_add(&blobs, "P", 1, BLOB_RAW, mark);
    CHECK(multipart_lift(&out, form_b, in.data, in.len, &blobs, &reason) == MULTIPART_OK, "appends: behind another text");
    size_t at = blobs_seek(&blobs, out.data, out.len);
    CHECK(strncmp(out.data, "0,[{", 4) == 0 && blobs.count == 2 && blobs_find(&blobs, out.data + at, out.len - at) == &blobs.list[1],
          "appends: marks go on");
    blobs_free(&blobs);
    buf_free(&out);
    buf_free(&in);
}

/* A picture is not moved: its blob points to where it came from. */
static void check_stays(void)
{
    struct buf in, out;
    struct blobs blobs;
    const char *reason;

    expand(&in, FILE_A "GIF\n--b--\n");
    buf_init(&out, SIZE_MAX);
    blobs_init(&blobs);
    multipart_lift(&out, form_b, in.data, in.len, &blobs, &reason);
    CHECK(blobs.count == 1 && blobs.list[0].data == strstr(in.data, "GIF") && blobs.list[0].len == 3, "stays: a slice of the body");
    blobs_free(&blobs);
    buf_free(&out);
    buf_free(&in);
}

static bool has_end(const char *content_type, const char *start, const struct buf *rest)
{
    struct buf in;

    expand(&in, start);
    buf_add(&in, rest->data, rest->len);
    struct lifted lifted = lift(content_type, in.data, in.len);
    bool good = lifted.result == MULTIPART_OK ? lifted.in_place : lifted.result != MULTIPART_NO_MEMORY;
    buf_free(&lifted.text);
    buf_free(&in);
    return good;
}

/* Megabytes of what would be slow, were any byte read more than a few times: with
 * quadratic time this test would not end. */
static void check_hostile(void)
{
    enum { SIZE = 2 << 20 };
    static const char *const starts[] = {
        "", "\n", TEXT_A, FILE_A, "--b\n", "--b\nX: ", "--b\nContent-Disposition: form-data; name=`", "\n--b", FILE_A "\n--b", FILE_A "\n--b--",
    };
    static const char *const repeated[] = {
        "-", "\n", "\f", "\v", "\a", " ", "x", "`", "\\", "%", ";", ":", "\n--", "\n--b", "\n--b ", "\n--b-", "\n--b--x", "--b\n", "--b--",
        "\n\v", "a:\n", "\n\n", ";a=b", "\\`", "%22", "\xff",
    };
    static const char dashes[] = "multipart/form-data; boundary="
                                 "----------------------------------------------------------------------";
    size_t ended = 0, count = 0;

    for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++) {
        struct buf piece, rest;
        expand(&piece, repeated[i]);
        buf_init(&rest, SIZE_MAX);
        while (rest.len < SIZE)
            buf_add(&rest, piece.data, piece.len);
        for (size_t k = 0; k < sizeof starts / sizeof *starts; k++, count++)
            ended += has_end(form_b, starts[k], &rest);
        for (size_t k = 0; k < 2; k++, count++)
            ended += has_end(dashes, starts[k], &rest);
        buf_free(&rest);
        buf_free(&piece);
    }
    CHECK(ended == count, "hostile: %zu bodies of 2 MiB, and none takes long", count);
}

int main(void)
{
    check_bodies();
    check_dispositions();
    check_types();
    check_ceilings();
    check_filenames();
    check_text_ceiling();
    check_truncation();
    check_damage();
    check_random();
    check_appends();
    check_stays();
    check_hostile();
    return check_finish();
}
