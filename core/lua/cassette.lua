-- cassette.lua - how is one exchange written down, for a person to read and without a key in it?
--
--     { "request": { method, url, headers, body or form }, "answer": { status, seconds, headers, body } }
--
-- What is JSON is JSON here, any other body is a text, and *** stands for each secret.
-- A picture is a file beside the cassette, named by the hash of its bytes; in its place, be it
-- in the middle of a text, stands {{picture NAME}}. Without an answer there are outcome and
-- reason in place of status. Of a call for a token only method and address are kept. any_seed:
-- the client gave none, so what seed the call has is chance, and does not tell calls apart.
--
-- files: the recording's folder (core/host_tape.c), which also finds secrets.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local host = require "host"
local json = require "json"
local trouble = require "trouble"

local cassette = {}

local MARK = "()(<blob:%x+:%x+>)()"
local PICTURE = "{{picture ([%w][%w._-]*)}}"
local OUTCOMES = { unreachable = true, broken = true, timeout = true, too_large = true, forbidden = true }
local HIDDEN = "***"

-- How names of headers, and of what stands in addresses, end when their value is a secret.
local SECRETS = { "key", "token", "authorization", "cookie", "secret", "password", "signature", "sig" }

-- ---- secrets --------------------------------------------------------------------------

local function is_secret(name)
    for _, ending in ipairs(SECRETS) do
        if name:lower():sub(-#ending) == ending then
            return true
        end
    end
    return false
end

local function hide_value(before, name)
    return is_secret(name) and ("%s%s=%s"):format(before, name, HIDDEN) or nil
end

-- Text without secrets: those of the configuration, and what signs an address. Whoever finds an address in what was hidden
-- once, and hides it again, has the same: so a replay finds what a recording wrote.
local function hidden(text, files)
    text = files.hide(text):gsub("(%a://)[^/%s\"'@]+@", "%1" .. HIDDEN .. "@")
    for _, before in ipairs { "[?&]", "\\u0026" } do        -- some write & so within JSON
        text = text:gsub("(" .. before .. ")([%w_.-]+)=[^&%s\"'<>()\\#]+", hide_value)
    end
    return (text:gsub("{{picture ", "{{ picture "))         -- somebody's words, and no picture of ours
end

local function hidden_headers(headers, files)
    local result = {}
    for name, value in pairs(headers) do
        result[name] = is_secret(name) and HIDDEN or hidden(tostring(value), files)
    end
    return result
end

-- ---- seeds ------------------------------------------------------------------------------

-- seed, noise_seed, …; a form's part has its name beside it
local function is_seed(name, value)
    return type(name) == "string" and name:lower():match "seed$" and tonumber(value) ~= nil
end

local function has_seed(value)
    if type(value) ~= "table" then
        return false
    end
    for name, inner in pairs(value) do
        if is_seed(name, inner) or has_seed(inner) then
            return true
        end
    end
    return is_seed(value.name, value.value)
end

local function without_seeds(value)
    if type(value) ~= "table" then
        return value
    end
    local result = {}
    for name, inner in pairs(is_seed(value.name, value.value) and {} or value) do
        if not is_seed(name, inner) then
            result[name] = without_seeds(inner)
        end
    end
    return result
end

-- ---- from what happens to what is written -----------------------------------------------

local function reference(picture, files)
    local name, reason = (files.plays and files.name or files.keep)(picture)
    if reason then
        error(("%s: %s"):format(name, reason), 0)
    end
    return ("{{picture %s}}"):format(name)
end

local function written(text, files)
    local pieces, at = {}, 1
    for from, mark, after in text:gmatch(MARK) do
        if host.has_mark(mark) then
            pieces[#pieces + 1] = hidden(text:sub(at, from - 1), files)
            pieces[#pieces + 1] = reference(mark, files)
            at = after
        end
    end
    pieces[#pieces + 1] = hidden(text:sub(at), files)
    return table.concat(pieces)
end

-- What a text is as JSON, if it is an object or a list, or nil.
local function as_table(text)
    local value = trouble.decoded(text)
    return type(value) == "table" and value or nil
end

local function written_form(form, files)
    local parts = {}
    for i, part in ipairs(form) do
        parts[i] = { name = part.name, filename = part.filename, type = part.type,
            value = part.value and written(part.value, files), picture = part.picture and reference(part.picture, files) }
    end
    return parts
end

-- asked: { method, url, headers, body (text) or form (parts), private, any_seed } -> the cassette's request. Keeps its pictures, in a
-- recording. Throws when it cannot.
function cassette.request(asked, files)
    local request = { method = asked.method, url = hidden(asked.url, files), private = asked.private }
    if asked.private then
        return request
    end
    request.headers = hidden_headers(asked.headers, files)
    request.form = asked.form and written_form(asked.form, files)
    local text = asked.body and written(asked.body, files)
    request.body = text and (as_table(text) or text)
    request.any_seed = asked.any_seed and has_seed(request.form or request.body) or nil
    return request
end

-- rows: { name, JSON } each
local function object(rows, indent)
    local lines = {}
    for i, row in ipairs(rows) do
        lines[i] = ('%s  "%s": %s'):format(indent, row[1], row[2])
    end
    return ("{\n%s\n%s}"):format(table.concat(lines, ",\n"), indent)
end

-- -> JSON, or nil when there is no body
local function answer_body(result, files)
    if result.picture then
        return json.pretty(reference(result.picture, files))
    elseif not result.text or result.text == "" then
        return nil
    end
    local text = written(result.text, files)
    return as_table(text) and files.spread(text, 2) or json.pretty(text)
end

local function answer_rows(request, result, files)
    local seconds = { "seconds", ("%.3f"):format(result.seconds) }
    if result.outcome ~= "answered" then
        return { { "outcome", json.pretty(result.outcome) }, { "reason", json.pretty(hidden(result.reason, files)) }, seconds }
    end
    local rows = { { "status", tostring(result.status) }, seconds }
    if not request.private then
        rows[#rows + 1] = { "headers", json.pretty(hidden_headers(result.headers, files), nil, "    ") }
        local body = answer_body(result, files)
        rows[#rows + 1] = body and { "body", body }
    end
    return rows
end

local ORDER = { "private", "any_seed", "method", "url", "headers", "body", "form" }

-- request: as cassette.request() made it. result: as host.result() gives it, with an outcome that may be kept. -> text. Keeps
-- the answer's pictures. Throws when it cannot.
function cassette.text(request, result, files)
    local text = object({
        { "request", json.pretty(request, ORDER, "  ") },
        { "answer", object(answer_rows(request, result, files), "  ") },
    }, "") .. "\n"
    local good, reason = cassette.parse(text)
    if not good then
        error(reason, 0)        -- a replay of the whole folder would trip over it
    end
    return text
end

function cassette.may_be_kept(result)
    return result.outcome == "answered" or OUTCOMES[result.outcome] == true
end

-- ---- from what is written to what happens -----------------------------------------------

local function is_text(value) return type(value) == "string", "text" end
local function is_table(value) return type(value) == "table", "an object" end
local function is_status(value) return math.type(value) == "integer" and value >= 100 and value <= 599, "a status such as 200" end
local function is_outcome(value) return OUTCOMES[value] == true, "one of broken, forbidden, timeout, too_large, unreachable" end

local function is_headers(value)
    local good = type(value) == "table"
    for name, text in pairs(good and value or {}) do
        good = good and type(name) == "string" and type(text) == "string"
    end
    return good, "names with texts"
end

local function is_form(value)
    for _, part in ipairs(type(value) == "table" and value or {}) do
        if type(part) ~= "table" then
            return false, "a list of parts"
        end
    end
    return type(value) == "table", "a list of parts"
end

-- what, check, when it may be missing
local CHECKS = {
    request = { { "method", is_text }, { "url", is_text }, { "headers", is_headers, true }, { "form", is_form, true } },
    answer = { { "status", is_status, true }, { "outcome", is_outcome, true }, { "reason", is_text, true },
        { "headers", is_headers, true } },
}

-- -> what is wrong, or nil
local function fault(part, value)
    local good, expected = is_table(value)
    if not good then
        return ("%s: expected %s, got %s"):format(part, expected, fail.show(value))
    end
    for _, row in ipairs(CHECKS[part]) do
        local name, check, optional = table.unpack(row)
        good, expected = check(value[name])
        if not good and not (optional and value[name] == nil) then
            return ("%s.%s: expected %s, got %s"):format(part, name, expected, fail.show(value[name]))
        end
    end
    if part == "answer" and (value.status == nil) == (value.outcome == nil) then
        return ("answer: expected either a status or an outcome, got %s"):format(value.status and "both" or "neither")
    end
    return nil
end

-- -> { request, answer } | nil, what is wrong with it
function cassette.parse(text)
    local value, reason = json.decode(text)
    if type(value) ~= "table" then
        return nil, ("expected JSON, got %s"):format(reason or fail.show(value))
    end
    local wrong = fault("request", value.request) or fault("answer", value.answer)
    if wrong then
        return nil, wrong
    end
    return value
end

-- What of a request's form or body tells it from others.
function cassette.counts(request)
    local all = request.form or request.body
    return request.any_seed and without_seeds(all) or all
end

-- Requests with the same key are the same: method, address and body count, in whatever order; headers do not.
function cassette.key(request)
    return host.sha256(("%s %s\n%s"):format(request.method, request.url, json.pretty(cassette.counts(request) or "")))
end

-- Each text of a value, whatever it is deep in, as change(text) has it. Changes tables in place.
local function changed(value, change)
    if type(value) == "table" then
        for key, inner in pairs(value) do
            value[key] = changed(inner, change)
        end
    end
    return type(value) == "string" and change(value) or value
end

-- The name of the first picture that an answer needs and the folder lacks, or nil.
function cassette.missing(answer, files)
    local missing
    changed(answer.body, function(text)
        for name in text:gmatch(PICTURE) do
            missing = missing or (not files.has(name) and name or nil)
        end
        return text
    end)
    return missing
end

local function load(name, as_bytes, files)
    local mark, reason = files.load(name, as_bytes)
    if not mark then
        error(("%s: %s"):format(name, reason), 0)
    end
    return mark
end

-- The cassette's answer as host.result() would give it, with json in place of a text that is JSON: decoding has lost how it
-- was written. Loads its pictures; throws when it cannot. May change answer.
function cassette.result(answer, asked, files)
    local result = { outcome = answer.outcome or "answered", reason = answer.reason or "", seconds = 0,
        status = answer.status or 0, headers = answer.headers or {} }
    local whole = type(answer.body) == "string" and answer.body:match("^" .. PICTURE .. "$")
    if whole and asked.picture then
        result.picture = load(whole, true, files)
        return result
    end
    local body = changed(answer.body or "", function(text)
        return (text:gsub(PICTURE, function(name) return load(name, false, files) end))
    end)
    result.json = type(body) == "table" and body or nil
    result.text = result.json and (body[1] ~= nil and "[" or "{") or tostring(body)
    return result
end

return cassette
