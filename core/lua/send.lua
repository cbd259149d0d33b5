-- send.lua - one call out, one answer back
--
-- Turns the call that a provider built into an operation of the core, waits for it,
-- and gives the answer as providers read it:
--
--     status, headers    of the HTTP reply; header names in lower case
--     json               its body, decoded, with marks in place of long base64
--     values             in place of all three: what a task of a C module gave
--
-- SPDX-License-Identifier: MIT
local fanout = require "fanout"
local fail = require "fail"
local host = require "host"
local json = require "json"
local trouble = require "trouble"

local send = {}

-- The body as text. Tables are JSON; a provider may also bring its own text.
function send.body(call)
    return type(call.body) == "table" and json.encode(call.body) or call.body
end

function send.headers(call)
    local headers = {}
    if call.body then
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
local function explained(answer, provider, job)
    local err, read_error = trouble.of_status(answer, provider.name), provider.module.read_error
    if not read_error then
        return err
    end
    local good, better = pcall(read_error, answer, job, err)
    if good and fail.is(better) then
        return better
    end
    err.reason = not good and better or nil
    return err
end

local function receive(result, provider, job)
    if result.outcome ~= "answered" then
        return nil, trouble.of_outcome(result, provider.name)
    end
    local answer = { status = result.status, headers = result.headers, json = trouble.decoded(result.text) }
    if answer.status >= 200 and answer.status < 300 then
        if type(answer.json) ~= "table" or not result.text:match "^%s*{" then
            return nil, trouble.unreadable(provider.name)
        end
        return answer
    end
    return nil, explained(answer, provider, job)
end

-- call: what build() gave. seconds: all that is left. -> answer | nil, fail
function send.call(call, provider, job, seconds)
    if call.task then
        return run_task(call, provider)
    end
    local op = host.call {
        method = call.method or "POST", url = call.url, headers = send.headers(call), body = send.body(call),
        timeout = seconds,
    }
    return receive(fanout.wait(op), provider, job)
end

return send
