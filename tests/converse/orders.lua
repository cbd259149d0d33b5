-- orders.lua - how is a picture asked for with an API that takes orders?
--
-- A provider for tests, in which each kind of further call occurs. What the prompt
-- says the double does: see run.mjs.
-- SPDX-License-Identifier: MIT

local function at(job, path)
    return job.options.base_url .. path
end

local function ask(job, id, polls)
    return {
        call = { method = "GET", url = at(job, "/orders/" .. id), headers = { authorization = "Bearer " .. job.token } },
        after = 0.02, id = id, cancel = { method = "DELETE", url = at(job, "/orders/" .. id) }, memo = { id = id, polls = polls },
    }
end

local function build(job)
    return {
        url = at(job, "/orders"), headers = { authorization = job.token and "Bearer " .. job.token or "none is needed" },
        body = { prompt = job.prompt, seed = job.seed, now = job.now },
    }
end

local function read(answer, job)
    if answer.picture then
        return { pictures = { { data = answer.picture } } }
    elseif answer.step == 0 then
        return ask(job, answer.json.id, 0)
    elseif answer.json.status == "waiting" then
        return ask(job, answer.memo.id, answer.memo.polls + 1)
    elseif answer.json.file then
        return { call = { method = "GET", url = at(job, answer.json.file), picture = true }, memo = answer.memo }
    elseif answer.json.status == "trips" then
        return { pictures = answer.json.nothing.at.all }
    elseif answer.json.status == "given" then
        return { pictures = answer.json.pictures }
    end
    return { pictures = { { data = answer.json.image, revised_prompt = "asked " .. answer.memo.polls + 1 .. " times" } } }
end

local function read_error(answer, _, fail)
    return answer.memo and answer.status == 410
        and pictor.fail("upstream_error", "order " .. answer.memo.id .. ": expected one that lives, got one that is gone") or fail
end

return {
    families = { "orders-" },
    takes = { "seed" },
    options = {
        base_url = { type = "url", required = true, about = "Where the API is." },
        secret = { type = "text", default = "s", about = "What a token is asked for with." },
    },
    token = {
        build = function(options, now)
            return options.secret ~= "none" and { url = options.base_url .. "/token", body = { secret = options.secret, now = now } } or nil
        end,
        read = function(answer)
            return { token = answer.json.token, seconds = answer.json.seconds }
        end,
    },
    build = build,
    read = read,
    read_error = read_error,
}
