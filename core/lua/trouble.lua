-- trouble.lua - which of our failures is this one of theirs?
--
-- Reads how a call ended, and the bodies in which providers say what is wrong: OpenAI's
-- object, Google's object, FastAPI's `detail`, and the flat code and message. A
-- provider's own read_error may know better; this is for all.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local json = require "json"

local trouble = {}

local function text_in(value)
    return type(value) == "string" and value ~= "" and value or nil
end

-- { "a", "b" } or "a" -> text, or nil
local function listed(errors)
    local texts = {}
    for i, text in ipairs(type(errors) == "table" and errors or { errors }) do
        texts[i] = type(text) == "string" and text or "…"
    end
    return #texts > 0 and text_in(table.concat(texts, "; ")) or nil
end

-- The provider's words in a body of any of the four families, or nil.
function trouble.words(body)
    if type(body) ~= "table" then
        return nil
    end
    local first = type(body[1]) == "table" and body[1] or body     -- Google's OpenAI-like endpoint: a list of one
    local err, detail = first.error, first.detail
    if type(err) == "table" then
        return text_in(err.message) or text_in(err.code)
    elseif type(detail) == "table" then
        return type(detail[1]) == "table" and text_in(detail[1].msg) or text_in(detail.message) or text_in(detail.error)
    end
    return text_in(detail) or text_in(first.message) or listed(first.errors) or text_in(err) or text_in(first.title)
end

-- Seconds of a Retry-After header; a date in it is left to the back-off.
local function retry_after(answer)
    local seconds = tonumber(answer.headers["retry-after"])
    return seconds and seconds >= 0 and seconds < 86400 and math.ceil(seconds) or nil
end

-- status -> { code, retry, charged }; the message says the rest
local STATUSES = {
    [400] = { "invalid_value" }, [404] = { "model_not_found" }, [413] = { "request_too_large" }, [422] = { "invalid_value" },
    [402] = { "insufficient_quota" }, [429] = { "rate_limit_exceeded", retry = true },
    [408] = { "upstream_timeout", retry = true, charged = true }, [504] = { "upstream_timeout", retry = true, charged = true },
    [524] = { "upstream_timeout", charged = true },
}

-- A 429 that will not pass by waiting.
local function out_of_credit(body)
    local err = type(body) == "table" and body.error
    return type(err) == "table" and (err.code == "insufficient_quota" or err.type == "insufficient_quota")
end

-- An answer whose status says failure -> fail. name: the provider's, for the text.
function trouble.of_status(answer, name)
    local row = STATUSES[answer.status] or { "upstream_error", retry = answer.status >= 500 }
    local code = answer.status == 429 and out_of_credit(answer.json) and "insufficient_quota" or row[1]
    local words = trouble.words(answer.json)
    local message = ("%s: expected a picture, got status %d%s"):format(name, answer.status,
        words and ": " .. fail.words(words) or "")
    return fail.new(code, message, {
        retry = code ~= "insufficient_quota" and row.retry or nil, charged = row.charged,
        retry_after = retry_after(answer), status = answer.status, param = code == "model_not_found" and "model" or nil,
    })
end

-- outcome -> { code, retry, charged, words }
local OUTCOMES = {
    unreachable = { "upstream_error", retry = true, words = "no connection" },
    broken = { "upstream_error", retry = true, charged = true, words = "a broken connection" },
    timeout = { "upstream_timeout", charged = true, words = "none in time" },
    too_large = { "invalid_upstream_response", charged = true, words = "one over limits.answer" },
    no_memory = { "overloaded", words = "one that there was no memory for" },
    cancelled = { "draining", words = "a stop of this gateway" },
}

-- A call that ended without an answer -> fail. The reason is for the log only.
function trouble.of_outcome(result, name)
    local row = OUTCOMES[result.outcome]
    return fail.new(row[1], ("%s: expected an answer, got %s"):format(name, row.words),
        { retry = row.retry, charged = row.charged, reason = result.reason })
end

-- A 200 whose body is no JSON object, or none that the provider's module can read -> fail. The reason is for the log only.
function trouble.unreadable(name, reason)
    return fail.new("invalid_upstream_response", ("%s: expected an answer as JSON, got something else"):format(name),
        { retry = true, charged = true, reason = reason })
end

-- The body of an answer, decoded; nil when it is not JSON.
function trouble.decoded(text)
    if not utf8.len(text) then
        return nil
    end
    return (json.decode(text))
end

return trouble
