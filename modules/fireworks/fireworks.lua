-- fireworks.lua - how is a picture asked for at Fireworks?
--
-- Each model has an address of its own. FLUX.1 draws at once; Kontext takes an order, and
-- is asked for the picture by the order's number.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local OWN = { "prompt", "aspect_ratio", "seed", "input_image", "output_format", "safety_tolerance", "prompt_upsampling" }
local PREFIX = "accounts/fireworks/models/"

local MODERATED = { ["Request Moderated"] = true, ["Content Moderated"] = true, CONTENT_FILTERED = true }
local FAILED = { Error = true, Failed = true, ERROR = true }
local UNKNOWN = 5           -- answers that may say that there is no such order, right after it was given

local text = require("typed").text

local function is_kontext(job)
    return job.model:find("kontext", 1, true) ~= nil
end

local function url(job, what)
    local id = job.model:match "^accounts/" and job.model or PREFIX .. job.model:match "[^/]*$"
    local safe = id:gsub("[^%w._/-]", function(c) return ("%%%02X"):format(c:byte()) end)
    return ("%s/workflows/%s%s"):format(job.options.base_url, safe, what)
end

local function call(job, what, body)
    local headers = images_api.bearer(job.options)
    headers.accept = "application/json"
    return { url = url(job, what), headers = headers, body = body }
end

local function order(job)
    return call(job, "", {
        prompt = job.prompt, aspect_ratio = job.aspect_ratio, seed = job.seed, output_format = images_api.format(job),
        input_image = job.images and pictor.data_link(job.images[1]) or nil, prompt_upsampling = false,
        safety_tolerance = job.request.moderation == "low" and 6 or nil,
    })
end

-- An id is a path here, and shall not lead elsewhere.
local function build(job)
    if job.model:find("..", 1, true) then
        return nil, pictor.fail("model_not_found", ("model: expected an id, got %s"):format(pictor.show(job.model)), { param = "model" })
    elseif is_kontext(job) then
        return order(job)
    end
    local body = images_api.with({ prompt = job.prompt, aspect_ratio = job.aspect_ratio, seed = job.seed }, job.options.send)
    return call(job, "/text_to_image", body)
end

-- The end that gave no picture -> fail; nil while it goes on, as in states that nobody knows yet.
local function ended(state, step, job)
    if MODERATED[state] then
        return images_api.refused(state)
    elseif FAILED[state] or (state == "Task not found" and step > UNKNOWN) then
        return pictor.fail("upstream_error", ("%s: expected a picture, got %s"):format(job.provider.name, state),
            { charged = true, retry = FAILED[state] })
    end
    return nil
end

-- Often at first; the slow model takes half a minute.
local function ask(job, id, step)
    local question = call(job, "/get_result", { id = id })
    question.repeatable = true      -- a POST, yet it only asks
    return { call = question, after = math.min(0.5 * 2 ^ (step // 4), 2), id = id, memo = { id = id } }
end

local function poll(answer, job)
    local body = answer.json
    local err = ended(body.status, answer.step, job)
    if err then
        return nil, err
    elseif body.status ~= "Ready" then
        return ask(job, answer.memo.id, answer.step)
    end
    local found = type(body.result) == "table" and body.result or {}
    return { pictures = images_api.pictures { data = { { url = found.sample } } } }
end

local function read(answer, job)
    local body = answer.json
    if answer.memo then
        return poll(answer, job)
    elseif text(body.request_id) then
        return ask(job, body.request_id, 0)
    end
    local err = ended(text(body.finishReason) or answer.headers["finish-reason"], 0, job)
    if err then
        return nil, err
    end
    local data = {}
    for i, value in ipairs(type(body.base64) == "table" and body.base64 or { body.base64 }) do
        data[i] = { b64_json = value }
    end
    return { pictures = images_api.pictures { data = data } }
end

-- An account that does not pay is suspended, with a status of its own. Other trouble with a question that does not pass by
-- itself is nothing that the client could mend.
local function read_error(answer, job, fail)
    if answer.status == 412 then
        return pictor.fail("insufficient_quota", fail.message)
    elseif answer.memo and answer.status < 500 and answer.status ~= 429 then
        return pictor.fail("upstream_error", fail.message)
    end
    return images_api.read_error(answer, job, fail)
end

return {
    families = {},
    row = {
        ratios = { "1:1", "2:3", "3:2", "4:5", "5:4", "16:9", "9:16", "9:21", "21:9" }, n = 1, inputs = 0, mask = false, formats = {},
        transparent = false, lacks = { "moderation" },
    },
    takes = { "aspect_ratio", "images", "moderation", "output_format", "seed" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.fireworks.ai/inference/v1", about = "Where the API is, up to and with its version.",
        },
        send = images_api.send,
        vendor_in_id = { type = "boolean", default = true, about = "Ids are accounts/NAME/models/MODEL; false: as Fireworks' own." },
    },
    check = function(options) return images_api.check(options.send, OWN) end,
    build = build,
    read = read,
    read_error = read_error,
}
