-- draw.lua - a plan in, pictures out: attempts, back-off, fallback, n at once
--
-- What one call can draw is a portion; portions go side by side. Each tries the
-- candidates in order, and after each failure asks the policy what next. Every attempt
-- is built anew from the plan, never from what another attempt left over.
-- SPDX-License-Identifier: MIT
local converse = require "converse"
local cost = require "cost"
local credentials = require "credentials"
local fail = require "fail"
local fanout = require "fanout"
local finish = require "finish"
local host = require "host"
local images = require "images"

local TRIES_MAX = 20        -- of one picture, whatever the policy says

local draw = {}

-- How many pictures this candidate draws in one call.
local function per_call(common)
    return common.provider.module.takes_set.n and common.row.n or 1
end

local SEEDS = 2147483648

-- The job of one call: what the candidate's calls have in common, and which of n it is. portion: { first, count } of the n
-- pictures.
function draw.job(common, plan, portion)
    local request = plan.request
    local seed = request.seed and (request.seed + portion.first - 1) % SEEDS
    return setmetatable({ options = common.provider.options, images = request.images, index = portion.first - 1,
        n = portion.count, seed = seed, random_seed = host.random() % SEEDS, now = host.time() }, { __index = common })
end

-- The first call that would be sent, without a token that would have to be fetched, and the same each time -> call | nil,
-- fail
function draw.first_call(plan)
    local common = plan.jobs[1]
    local count = math.min(plan.request.n, per_call(common))
    local job = draw.job(common, plan, { first = 1, count = count })
    job.token, job.random_seed = credentials.needed(common.provider) and "(a token)" or nil, 0
    return draw.call(job)
end

-- -> call | nil, fail
function draw.call(job)
    local call, err = job.provider.module.build(job)
    if not call and not fail.is(err) then
        error(("modules/%s: build: expected a call, or nil and a fail, got %s"):format(job.provider.kind, fail.show(call)), 0)
    end
    return call, err
end

local function log_attempt(work, job, err, started)
    host.log(err and "warn" or "debug", "attempt", {
        id = work.id, provider = job.provider.name, model = job.model, picture = job.index + 1, try = job.number,
        ms = (host.now() - started) * 1000, code = err and err.code, error = err and err.message, reason = err and err.reason,
    })
end

-- What was drawn is paid for, also where no picture comes of it.
local function paid(spent, result, err)
    if not result then
        err.usage, err.cost = spent.usage, spent.cost
    end
    return result, err
end

-- The provider's whole answer, checked and finished -> result | nil, fail
local function pictures_for(job, call, work)
    local results, err = converse.run(call, job, work.deadline)
    if not results then
        return nil, err
    end
    local result
    result, err = images.check(results, job, work)
    if not result then
        return paid(results, nil, err)
    end
    return paid(result, finish.all(result, job))
end

local function attempt(work, common, portion, number)
    local started = host.now()
    local job = draw.job(common, work.plan, portion)
    job.number = number
    local call, result, err
    job.token, err = credentials.token(common.provider, work.deadline)
    if not err then
        call, err = draw.call(job)
    end
    if call then
        result, err = pictures_for(job, call, work)
    end
    if err and err.status == 401 and job.token then
        credentials.forget(common.provider, job.token)
        err.retry = not err.charged     -- with a new one; what is ordered is not ordered again
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
    local verdict, wait = work.policy.on_failure(work.plan.request, err, situation(common, counts, left))
    if verdict == "retry" then
        if wait >= left then
            return "next"
        end
        fanout.wait(host.pause(wait))
    end
    return verdict
end

-- One candidate, until it draws or the policy gives it up. -> result | nil, fail, verdict
local function try_candidate(work, common, portion, counts)
    counts.tries = 0
    while true do
        counts.tries, counts.number = counts.tries + 1, counts.number + 1
        local result, err = attempt(work, common, portion, counts.number)
        if result then
            result.job = common
            return result
        end
        counts.charged = counts.charged + (err.charged and 1 or 0)
        work.failures[#work.failures + 1] = cost.of_failure(err, common)
        local verdict = decide(work, common, counts, err)
        if verdict ~= "retry" then
            return nil, err, verdict
        end
    end
end

local draw_portion

-- The portion is more than this candidate draws in one call: smaller ones, side by side.
local function split(work, portion, from, counts)
    local size, pieces = per_call(work.plan.jobs[from]), {}
    for first = portion.first, portion.first + portion.count - 1, size do
        local count = math.min(size, portion.first + portion.count - first)
        local own = { number = counts.number, charged = counts.charged }
        pieces[#pieces + 1] = function()
            return draw_portion(work, { first = first, count = count }, from, own)
        end
    end
    local sum = { results = {}, attempts = 0 }
    for _, piece in ipairs(fanout.run(pieces)) do
        table.move(piece.result.results, 1, #piece.result.results, #sum.results + 1, sum.results)
        sum.attempts = math.max(sum.attempts, piece.result.attempts)
        sum.fail = sum.fail or piece.result.fail
    end
    return sum
end

-- The failure that counts is the first candidate's: the others are a fallback.
-- -> { results, attempts (the most that any call took), fail? }
function draw_portion(work, portion, from, counts)
    local first
    for k = from, #work.plan.jobs do
        if per_call(work.plan.jobs[k]) < portion.count then
            local sum = split(work, portion, k, counts)
            sum.fail = first or sum.fail
            return sum
        end
        local result, err, verdict = try_candidate(work, work.plan.jobs[k], portion, counts)
        if result then
            return { results = { result }, attempts = counts.number }
        end
        first = first or err
        if verdict == "stop" then
            break
        end
    end
    return { results = {}, attempts = counts.number, fail = first }
end

-- Every picture with the job that it is of, in order; no more than were asked for.
local function pictures_of(results, n)
    local pictures = {}
    for _, result in ipairs(results) do
        for _, picture in ipairs(result.pictures) do
            picture.job = result.job
            pictures[#pictures + 1] = #pictures < n and picture or nil
        end
    end
    return pictures
end

-- work: { id, plan, policy, limits, deadline (of host.now()) }
-- -> { pictures, results (of the calls), failures (that cost something), attempts } with at least one picture | nil, the
-- first failure
function draw.pictures(work)
    local n = work.plan.request.n
    work.failures = {}
    local drawn = draw_portion(work, { first = 1, count = n }, 1, { number = 0, charged = 0 })
    drawn.pictures, drawn.failures = pictures_of(drawn.results, n), work.failures
    if #drawn.pictures == 0 then
        drawn.fail.attempts = drawn.attempts
        drawn.fail.spent = cost.of_failures(work.failures)
        return nil, drawn.fail
    end
    return drawn
end

return draw
