-- bfl.lua - how is a picture ordered from Black Forest Labs?
--
-- Each model has an address of its own (body.lua knows its fields). The answer to an order
-- says where to ask for the picture, and what it costs; the key goes to that address only
-- if it is one of theirs.
-- SPDX-License-Identifier: MIT
local body = require "body"

local SITE = "bfl.ai"
local CREDIT = 0.01         -- USD

local MODERATED = { ["Request Moderated"] = true, ["Content Moderated"] = true }
local FAILED = { Error = true, Failed = true, ["Task not found"] = true }

local text = require("typed").text

-- Credits -> USD | nil
local function usd(credits)
    return type(credits) == "number" and credits * CREDIT or nil
end

local function headers(options)
    return { ["x-key"] = options.api_key }
end

local function build(job)
    local fields, err = body.of(job)
    if not fields then
        return nil, err
    end
    local id = job.model:gsub("[^%w._-]", function(c) return ("%%%02X"):format(c:byte()) end)
    return { url = ("%s/%s"):format(job.options.base_url, id), headers = headers(job.options), body = fields }
end

-- Often at first; the slow models take a minute or two.
local function ask(order, step, options)
    return {
        call = { method = "GET", url = order.url, headers = headers(options) }, after = math.min(0.5 * 2 ^ (step // 4), 2),
        id = order.id, memo = order,
    }
end

local function ordered(answer, job)
    local url = text(answer.polling_url)
    if not pictor.same_site(url, job.options.base_url, SITE) then
        return nil, pictor.fail("invalid_upstream_response",
            ("%s: expected an address of its own to ask for the picture, got %s"):format(job.provider.name, pictor.show(url)),
            { charged = true })
    end
    return ask({ url = url, id = text(answer.id), cost = usd(answer.cost) }, 0, job.options)
end

-- What it cost is said of the order, else now. No picture at all is the core's to say.
local function drawn(answer, order, job)
    local found = type(answer.result) == "table" and answer.result or {}
    local link, prompt = text(found.sample), text(found.prompt)
    local rewritten = prompt ~= job.prompt and prompt or nil
    return { pictures = { link and { data = link, revised_prompt = rewritten } }, cost = order.cost or usd(answer.cost) }
end

-- details: a text, or { ["Moderation Reasons"] = { "…" } } -> " (…)", or nothing
local function reasons(details)
    local words = {}
    for _, value in pairs(type(details) == "table" and details or { details }) do
        for _, word in ipairs(type(value) == "table" and value or { value }) do
            words[#words + 1] = text(word)
        end
    end
    table.sort(words)
    return #words > 0 and (" (%s)"):format(pictor.words(table.concat(words, ", "))) or ""
end

-- The end of an order that gave no picture -> fail; nil while it goes on, as in states that nobody knows yet.
local function ended(answer, job)
    local state = answer.status
    if MODERATED[state] then
        return pictor.fail("content_policy_violation", ("prompt: expected one that the provider draws, got %s%s"):format(state,
            reasons(answer.details)), { param = "prompt", charged = true })
    elseif FAILED[state] then
        return pictor.fail("upstream_error", ("%s: expected a picture, got %s%s"):format(job.provider.name, state,
            reasons(answer.details)), { charged = true, retry = state ~= "Task not found" or nil })
    end
    return nil
end

local function read(answer, job)
    local order = answer.memo
    if not order then
        return ordered(answer.json, job)
    elseif answer.json.status == "Ready" then
        return drawn(answer.json, order, job)
    end
    local err = ended(answer.json, job)
    if err then
        return nil, err
    end
    return ask(order, answer.step, job.options)
end

-- Fields as the client knows them. What the operator alone decides is none of the client's.
local PARAMS = {
    aspect_ratio = "aspect_ratio", height = "size", mask = "mask", output_format = "output_format", prompt = "prompt",
    resolution = "size", safety_tolerance = "moderation", seed = "seed", width = "size",
}

-- Of a list of faults, the first one's field.
local function with_field(fail, detail, job)
    local first = type(detail) == "table" and type(detail[1]) == "table" and detail[1] or {}
    local field = type(first.loc) == "table" and text(first.loc[2])
    if not field then
        return fail
    end
    return pictor.fail(fail.code, ("%s (%s)"):format(fail.message, pictor.words(field)),
        { param = field:find "image" and job.request.images_name or PARAMS[field] })
end

-- An order may come to its end behind a status of failure. Asking again would change nothing then.
local function read_error(answer, job, fail)
    local json, order = type(answer.json) == "table" and answer.json or {}, answer.memo
    local err = order and ended(json, job)
    if err then
        err.retry = nil
        return err
    elseif order and answer.status < 500 and answer.status ~= 429 then
        return pictor.fail("upstream_error", fail.message)
    end
    return answer.status == 422 and with_field(fail, json.detail, job) or fail
end

return {
    families = { "flux-" },
    takes = { "aspect_ratio", "images", "mask", "moderation", "output_format", "seed", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.bfl.ai/v1",
            about = "Where the API is, up to and with its version; https://api.eu.bfl.ai/v1 or https://api.us.bfl.ai/v1 for one region.",
        },
        prompt_upsampling = { type = "boolean", default = false, about = "Let models that can rewrite the prompt before they draw." },
        grounding = { type = "boolean", default = true, about = "Let FLUX.3 look things up in the web first, as it does unasked." },
    },
    build = build,
    read = read,
    read_error = read_error,
}
