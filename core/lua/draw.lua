-- draw.lua - a plan in, pictures out: attempts, back-off, fallback, n at once
--
-- Each picture is a piece of work of its own, side by side with the others: it tries
-- the candidates in order, and after each failure asks the policy what next. Every
-- attempt is built anew from the plan, never from what another attempt left over.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local images = require "images"
local send = require "send"
local trouble = require "trouble"

local TRIES_MAX = 20        -- of one picture, whatever the policy says

local draw = {}

-- The job of one call: what the candidate's calls have in common, and which of n it is.
local function job_for(common, request, model, index)
    local seed = request.seed and (request.seed + index - 1) % 2147483648
    return setmetatable({ options = common.provider.options, row = model, request = request, index = index - 1, seed = seed },
        { __index = common })
end

-- -> the call that would be sent | nil, fail. For explaining, and for sending.
function draw.call(common, request, model, index)
    local job = job_for(common, request, model, index)
    local call, err = common.provider.module.build(job)
    if not call and not fail.is(err) then
        error(("modules/%s: build: expected a call, or nil and a fail, got %s"):format(common.provider.kind, fail.show(call)), 0)
    end
    return call, err, job
end

-- What came from outside may have any shape: where the module trips over it, it is the answer that is wrong.
local function read(answer, job)
    local provider = job.provider
    local good, results, err = pcall(provider.module.read, answer, job)
    if not good then
        return nil, trouble.unreadable(provider.name, results)
    elseif not results and not fail.is(err) then
        error(("modules/%s: read: expected results, or nil and a fail, got %s"):format(provider.kind, fail.show(results)), 0)
    elseif not results then
        return nil, err
    end
    return images.check(results, job)
end

local function log_attempt(work, job, err, started)
    host.log(err and "warn" or "debug", "attempt", {
        id = work.id, provider = job.provider.name, model = job.model, picture = job.index + 1, try = job.number,
        ms = (host.now() - started) * 1000, code = err and err.code, error = err and err.message, reason = err and err.reason,
    })
end

local function attempt(work, common, index, number)
    local started = host.now()
    local call, err, job = draw.call(common, work.request, work.plan.model, index)
    job.number = number
    local answer, result
    if call then
        answer, err = send.call(call, common.provider, job, work.deadline - started)
    end
    if answer then
        result, err = read(answer, job)
    end
    log_attempt(work, job, not result and err or nil, started)
    return result, err
end

-- What on_failure sees of an attempt that failed.
local function situation(common, counts, seconds_left)
    return { provider = common.provider.name, model = common.model, tries = counts.tries, number = counts.number,
        charged = counts.charged, seconds_left = seconds_left }
end

-- The policy's word on a failure -> "retry", "next", "stop"; waits before a retry.
local function decide(work, common, counts, err)
    local left = work.deadline - host.now()
    if left <= 0 or counts.number >= TRIES_MAX then
        return "stop"
    end
    local verdict, wait = work.policy.on_failure(work.request, err, situation(common, counts, left))
    if verdict == "retry" then
        if wait >= left then
            return "next"
        end
        fanout.wait(host.pause(wait))
    end
    return verdict
end

-- One candidate, until it draws or the policy gives it up. -> result | nil, fail, verdict
local function try_candidate(work, common, index, counts)
    counts.tries = 0
    while true do
        counts.tries, counts.number = counts.tries + 1, counts.number + 1
        local result, err = attempt(work, common, index, counts.number)
        if result then
            result.job, result.attempts = common, counts.number
            return result
        end
        counts.charged = counts.charged + (err.charged and 1 or 0)
        local verdict = decide(work, common, counts, err)
        if verdict ~= "retry" then
            return nil, err, verdict
        end
    end
end

-- One picture. The failure that counts is the first candidate's: the others are a fallback.
local function one(work, index)
    local counts = { number = 0, charged = 0 }
    local first
    for _, common in ipairs(work.plan.jobs) do
        local result, err, verdict = try_candidate(work, common, index, counts)
        if result then
            return result
        end
        first = first or err
        first.attempts = counts.number
        if verdict == "stop" then
            break
        end
    end
    return nil, first
end

-- How many were drawn, how many tries the unluckiest picture took, and the first failure.
local function sum_up(pieces)
    local drawn = { results = {}, attempts = 0 }
    for _, piece in ipairs(pieces) do
        local err = piece.err
        if piece.result then
            drawn.results[#drawn.results + 1] = piece.result
        else
            drawn.fail = drawn.fail or err
        end
        drawn.attempts = math.max(drawn.attempts, (piece.result or err).attempts)
    end
    return drawn
end

-- work: { id, request, plan, policy, deadline (of host.now()) }
-- -> { results, attempts, fail? } with at least one result | nil, the first failure
function draw.pictures(work)
    local pieces = {}
    for index = 1, work.request.n do
        pieces[index] = function()
            return one(work, index)
        end
    end
    local drawn = sum_up(fanout.run(pieces))
    if #drawn.results == 0 then
        return nil, drawn.fail
    end
    return drawn
end

return draw
