-- converse.lua - one attempt at a provider: calls and answers in turn until there are results
--
-- Most providers answer at once. Others take an order and want to be asked again, or
-- want pictures brought first: their read() gives a further call in place of results,
--
--     { call, after = seconds, id = "for the log", cancel = call, memo = anything }
--
-- Whatever follows the first good answer was ordered and may be charged for, so trouble
-- on the way is sat out for a while instead of ordering again, and what time no longer
-- allows is called off.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local send = require "send"
local trouble = require "trouble"

local TRIES = 4             -- of one further call, when it only asks
local BACK_OFF = 0.5        -- seconds before the second of them; then twice as long each time
local CALL_OFF = 2          -- seconds for the call that calls an order off
local AFTER_MAX = 60        -- seconds, whatever a provider's module says

local converse = {}

-- What came from outside may have any shape: where the module trips over it, it is the answer that is wrong.
local function read(answer, job)
    local provider = job.provider
    local good, results, err = pcall(provider.module.read, answer, job)
    if not good then
        local unreadable = trouble.unreadable(provider.name, results)
        unreadable.retry = answer.step == 0 or nil      -- what is ordered is not ordered again
        return nil, unreadable
    elseif type(results) ~= "table" and not fail.is(err) then
        error(("modules/%s: read: expected results, or nil and a fail, got %s"):format(provider.kind, fail.show(results)), 0)
    end
    return results, err
end

local function pause(seconds)
    fanout.wait(host.pause(seconds))
end

-- Why no further call is sent -> fail | nil
local function must_end(job, after, deadline)
    local name = job.provider.name
    if host.stopping() then
        return fail.new("draining", ("%s: expected an answer, got a stop of this gateway"):format(name), { charged = true })
    elseif host.now() + after >= deadline then
        return fail.new("upstream_timeout", ("%s: expected a picture, got none in time"):format(name), { charged = true })
    end
    return nil
end

-- No connection, a broken one, 408, 429 and 5xx. What else the module calls worth another try is worth another order.
local function passes(err)
    return err.retry and (not err.status or err.status == 408 or err.status == 429 or err.status >= 500)
end

-- One further call, again after trouble that passes. -> answer | nil, fail
local function ask(further, job, deadline, context)
    local call, tries, back_off = further.call, 0, BACK_OFF
    while true do
        tries = tries + 1
        local answer, err = send.call(call, job, deadline - host.now(), context)
        local again = err and passes(err) and (call.method == "GET" or call.repeatable) and tries < TRIES
        local wait = again and err.retry_after and math.min(err.retry_after, AFTER_MAX) or back_off
        if not again or host.now() + wait >= deadline then
            return answer, err
        end
        pause(wait)
        back_off = 2 * back_off
    end
end

-- Nobody waits for it any more: the provider need not go on, where it can be told so.
local function call_off(further, job)
    local calls = further.cancel
    for _, call in ipairs(calls and (calls.url and { calls } or calls) or {}) do
        local answer, err = send.call(call, job, CALL_OFF, { calling_off = true })
        host.log("info", "called off", { provider = job.provider.name, order = further.id,
            status = answer and answer.status, error = err and err.message })
    end
end

-- Waits, and sends what the provider's module wants sent next. -> answer | nil, fail
local function go_on(further, job, deadline, context)
    local after = math.max(0, math.min(tonumber(further.after) or 0, AFTER_MAX))
    local answer, err
    if host.now() + after < deadline and after > 0 then
        pause(after)
        after = 0
    end
    err = must_end(job, after, deadline)
    if not err then
        answer, err = ask(further, job, deadline, context)
    end
    if not err then
        return answer
    end
    local given_up = passes(err) or err.code == "upstream_timeout" or err.code == "draining"
    err.charged = true
    err.retry = not passes(err) and err.retry or nil       -- it is ordered, and may be drawn all the same
    if given_up then
        call_off(further, job)
    end
    return nil, err
end

-- What an operator needs who wants to ask the provider about it: it is paid for from here on.
local function log_order(further, job, known)
    if further.id and further.id ~= known then
        host.log("info", "order", { provider = job.provider.name, model = job.model, order = tostring(further.id) })
    end
    return further.id or known
end

-- call: the provider's first. deadline: of host.now(). May wait. -> results as read() gives them | nil, fail
function converse.run(call, job, deadline)
    local context, order = { step = 0 }, nil
    local answer, err = send.call(call, job, deadline - host.now(), context)
    while answer do
        answer.step, answer.memo = context.step, context.memo
        local results
        results, err = read(answer, job)
        if not results or not results.call then
            return results, err
        end
        order = log_order(results, job, order)
        context = { step = context.step + 1, memo = results.memo }
        answer, err = go_on(results, job, deadline, context)
    end
    return nil, err
end

return converse
