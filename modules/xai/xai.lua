-- xai.lua - how is a picture asked for with xAI's image API?
--
-- Shaped like OpenAI's, but told ratio and resolution in place of a size, and an edit is
-- JSON with data links. What its moderation holds back may come with status 200, and is
-- charged for all the same.
-- SPDX-License-Identifier: MIT
local images_api = require "images_api"

local TICKS = 1e10          -- of a dollar, in which it names its price

local function body_of(job)
    return {
        model = job.model, prompt = job.prompt, n = job.n, response_format = "b64_json", aspect_ratio = job.aspect_ratio,
        resolution = job.image_size, quality = job.quality, user = job.request.user,
    }
end

-- One picture is `image`, several are `images`; both at once are refused.
local function add_pictures(body, pictures)
    local links = {}
    for i, picture in ipairs(pictures) do
        links[i] = { type = "image_url", url = pictor.data_link(picture) }
    end
    body.image, body.images = #links == 1 and links[1] or nil, #links > 1 and links or nil
end

local function build(job)
    local body = body_of(job)
    if job.images then
        add_pictures(body, job.images)
    end
    return {
        url = job.options.base_url .. (job.images and "/images/edits" or "/images/generations"),
        headers = images_api.bearer(job.options), body = body,
    }
end

-- What it says that a call cost, also where it gives no picture for it. -> USD | nil
local function cost_of(body)
    local usage = type(body.usage) == "table" and body.usage or {}
    return type(usage.cost_in_usd_ticks) == "number" and usage.cost_in_usd_ticks / TICKS or nil
end

-- -> the items that may be seen, and how many may not
local function sort_items(items)
    local good, held_back = {}, 0
    for _, item in ipairs(type(items) == "table" and items or {}) do
        if type(item) == "table" and item.respect_moderation == false then
            held_back = held_back + 1
        else
            good[#good + 1] = item
        end
    end
    return good, held_back
end

local function read(answer)
    local items, held_back = sort_items(answer.json.data)
    local pictures, cost = images_api.pictures { data = items }, cost_of(answer.json)
    if #pictures == 0 and held_back > 0 then
        return nil, pictor.fail("content_policy_violation", "prompt: expected one that the provider draws, got refused: content moderation",
            { param = "prompt", charged = true, cost = cost })
    end
    for _, picture in ipairs(pictures) do
        picture.revised_prompt = picture.revised_prompt ~= "" and picture.revised_prompt or nil
    end
    return { pictures = pictures, cost = cost }
end

-- Its codes are the same for many troubles, so it is the words that tell them apart.
local TROUBLES = {
    { "content.?moderat", "content_policy_violation", "prompt" },
    { "violates usage guidelines", "content_policy_violation", "prompt" },
    { "credits", "insufficient_quota" },
    { "spending limit", "insufficient_quota" },
    { "incorrect api key", "upstream_error" },          -- a 400, though it is the operator's key
}

local function read_error(answer, _, fail)
    local body = type(answer.json) == "table" and answer.json or {}
    local words = ("%s %s"):format(type(body.code) == "string" and body.code or "", fail.message):lower()
    for _, trouble in ipairs(answer.status < 500 and TROUBLES or {}) do
        local pattern, code, param = table.unpack(trouble)
        if words:match(pattern) then
            local cost = cost_of(body)
            return pictor.fail(code, fail.message, { param = param, charged = (cost or 0) > 0, cost = cost })
        end
    end
    return fail
end

return {
    families = { "grok-imagine-" },
    takes = { "aspect_ratio", "images", "n", "quality", "user" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = {
            type = "url", default = "https://api.x.ai/v1", about = "Where the API is, up to and with its version.",
        },
    },
    build = build,
    read = read,
    read_error = read_error,
}
