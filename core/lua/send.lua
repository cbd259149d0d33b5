-- send.lua - one call out, one answer back
--
-- Turns the call that a provider built into an operation of the core, waits for it,
-- and gives the answer as providers read it:
--
--     status, headers    of the HTTP reply; header names in lower case
--     json               its body, decoded, with marks in place of long base64
--     picture            in place of json: the mark of a picture's bytes, if the call asked for one
--     step, memo         which answer of the conversation it is (converse.lua)
--     values             in place of all three: what a task of a C module gave
--
-- SPDX-License-Identifier: MIT
local fanout = require "fanout"
local fail = require "fail"
local host = require "host"
local json = require "json"
local tape = require "tape"
local trouble = require "trouble"

local send = {}

-- The body as text. Tables are JSON; a provider may also bring its own text.
function send.body(call)
    return type(call.body) == "table" and json.encode(call.body) or call.body
end

local function quoted(text)
    return (text:gsub('[\r\n"]', { ["\r"] = "%0D", ["\n"] = "%0A", ['"'] = "%22" }))
end

-- A picture's bytes: long base64 is a mark, which the core writes as what it stands for.
local function part_bytes(part)
    if not part.picture then
        return part.value
    end
    return host.has_mark(part.picture) and part.picture or host.base64_decode(part.picture)
end

local function part_head(part)
    local head = ('content-disposition: form-data; name="%s"'):format(quoted(part.name))
    if not part.picture then
        return head
    end
    return ('%s; filename="%s"\r\ncontent-type: %s'):format(head, quoted(part.filename), part.type)
end

-- parts: { { name, value } or { name, picture, filename, type } } -> multipart/form-data
function send.form(parts, boundary)
    local pieces = {}
    for i, part in ipairs(parts) do
        pieces[i] = ("--%s\r\n%s\r\n\r\n"):format(boundary, part_head(part)) .. part_bytes(part) .. "\r\n"
    end
    return table.concat(pieces) .. ("--%s--\r\n"):format(boundary)
end

local function new_boundary()
    return ("pictor-%014x%014x"):format(host.random(), host.random())
end

function send.headers(call, boundary)
    local headers = {}
    if call.form then
        headers["content-type"] = "multipart/form-data; boundary=" .. (boundary or "…")
    elseif call.body then
        headers["content-type"] = "application/json"
    end
    for name, value in pairs(call.headers or {}) do
        headers[name:lower()] = value
    end
    return headers
end

local function run_task(call, provider)
    local op = host.task(call.task, call.args)
    if not op then
        return nil, fail.new("no_provider", ("%s: expected the C module of %s, which is not built in"):format(
            provider.name, call.task))
    end
    local result = fanout.wait(op)
    if result.outcome ~= "answered" then
        return nil, fail.new("upstream_error", ("%s: %s"):format(provider.name, result.reason))
    end
    return { values = result.values }
end

-- An answer whose status says failure -> fail; the module may know better, unless it trips over what it reads.
local function explained(answer, job)
    local provider = job.provider
    local err, read_error = trouble.of_status(answer, provider.name), provider.module.read_error
    if not read_error then
        return err
    end
    local good, better = pcall(read_error, answer, job, err)
    if good and fail.is(better) then
        better.status = answer.status
        return better
    end
    err.reason = not good and better or nil
    return err
end

-- Where the picture that a call asked for lies instead: an https address, to be followed as any link is.
local function elsewhere(result, call)
    local is_redirect = result.status >= 300 and result.status < 400
    local location = call.picture and is_redirect and result.headers.location
    return location and location:match "^https://" and location or nil
end

local function receive(result, call, job, context)
    local name = job.provider.name
    if result.outcome == "unrecorded" then
        return nil, fail.new("upstream_error", ("%s: expected a recorded answer, got none for %s"):format(name, result.call),
            { reason = result.reason })
    elseif result.outcome ~= "answered" then
        return nil, trouble.of_outcome(result, name)
    end
    local answer = { status = result.status, headers = result.headers, picture = result.picture or elsewhere(result, call),
        json = not result.picture and (result.json or trouble.decoded(result.text)) or nil, step = context.step, memo = context.memo }
    if not answer.picture and (answer.status < 200 or answer.status > 299) then
        return nil, explained(answer, job)
    elseif not answer.picture and (type(answer.json) ~= "table" or not result.text:match "^%s*{") then
        return nil, trouble.unreadable(name)
    end
    return answer
end

-- What a cassette is to know of the call.
local function described(call, job, context)
    return { method = call.method or "POST", url = call.url, headers = send.headers(call), form = call.form,
        body = not call.form and send.body(call) or nil, picture = call.picture, private = call.private, step = context.step,
        any_seed = not job.seed }
end

local function go_out(call, seconds)
    local boundary = call.form and new_boundary()
    return fanout.wait(host.call {
        method = call.method or "POST", url = call.url, headers = send.headers(call, boundary),
        body = call.form and send.form(call.form, boundary) or send.body(call), bytes = call.form ~= nil, timeout = seconds,
        picture = call.picture,
    })
end

-- call: what a provider's module gave. job: with its provider. seconds: all that is left. context: { step, memo } of
-- the conversation that it is a part of, if any; calling_off: it goes out even when the gateway stops.
-- -> answer | nil, fail
function send.call(call, job, seconds, context)
    context = context or {}
    if host.stopping() and not context.calling_off then
        return nil, trouble.of_outcome({ outcome = "cancelled" }, job.provider.name)
    elseif call.task then
        return run_task(call, job.provider)
    end
    local result = tape.exchange(function() return described(call, job, context) end, function() return go_out(call, seconds) end)
    return receive(result, call, job, context)
end

return send
