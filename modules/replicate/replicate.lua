-- replicate.lua - how is a picture ordered from Replicate?
--
-- A marketplace: each model calls its inputs as it likes (modules/shared/wire.lua). An
-- order is a prediction, asked about until it has ended, at the address that came with it.
-- What it drew is links. A refusal is a prediction that failed, and words.
-- SPDX-License-Identifier: MIT
local errors = require "errors"
local wire = require "wire"
local check_wire = require "wire_check"

local KIND, SITE = "replicate", "replicate.com"

local USUAL = {
    ratio = "aspect_ratio", tier = "resolution", seed = "seed", format = "output_format", image = "image",
    words = { output_format = { jpeg = "jpg" } },
}

-- What models of such a name have in place of that, whichever version.
local HABITS = {
    { "/flux%-kontext", { image = "input_image" } },
    { "/flux%-2%-", { images = "input_images", match = "match_input_image", size = true, pixels = { aspect_ratio = "custom" } } },
    { "/flux%-2%-flex", { send = { prompt_upsampling = false } } },
    { "/nano%-banana", { images = "image_input", seed = false } },
    { "/seedream", { images = "image_input", tier = "size", seed = false } },
}

local function headers(options)
    return { authorization = "Bearer " .. options.api_key }
end

-- OWNER/NAME has a path of its own; a version, with or without its model, is named in the body.
local function place_of(id)
    if id:match "^%w[%w._-]*/%w[%w._-]*$" then
        return ("/models/%s/predictions"):format(id)
    elseif id:match "^%w[%w._-]*/%w[%w._-]*:%x+$" or id:match "^%x+$" then
        return "/predictions", id
    end
    return nil
end

local function build(job)
    local options, names = job.options, wire.names(job, KIND, USUAL, HABITS)
    local id = wire.id(job, names)
    local path, version = place_of(id)
    if not path then
        return nil, pictor.fail("model_not_found", ("model: expected OWNER/NAME or OWNER/NAME:VERSION, got %s"):format(
            pictor.show(id)), { param = "model" })
    end
    local err = wire.unfit(job, names)
    if err then
        return nil, err
    end
    local call = { url = options.base_url .. path, headers = headers(options),
        body = { version = version, input = wire.input(job, names) } }
    call.headers.prefer = options.wait > 0 and ("wait=%d"):format(options.wait) or nil
    return call
end

-- One link, or a list of them; small pictures may come as data links.
local function pictures_of(output)
    local pictures = {}
    for _, link in ipairs(type(output) == "table" and output or { output }) do
        if type(link) == "string" then
            pictures[#pictures + 1] = { data = link:match "^data:[^,]*;base64,(.+)$" or link }
        end
    end
    return pictures
end

local text = require("typed").text

-- The key goes only where it belongs, whatever an answer says.
local function asked_again(prediction, answer, job)
    local options, given = job.options, type(prediction.urls) == "table" and prediction.urls or {}
    local urls = answer.memo or { get = text(given.get), cancel = text(given.cancel) }
    if not pictor.same_site(urls.get, options.base_url, SITE) then
        return nil, pictor.fail("invalid_upstream_response", ("provider: expected an address of its own to ask at, got %s"):format(
            pictor.show(urls.get)), { charged = true })
    end
    local cancel = urls.cancel and pictor.same_site(urls.cancel, options.base_url, SITE)
    return {
        call = { method = "GET", url = urls.get, headers = headers(options) }, after = math.min(0.5 + 0.1 * answer.step, 2),
        id = text(prediction.id), memo = urls,
        cancel = cancel and { method = "POST", url = urls.cancel, headers = headers(options) } or nil,
    }
end

local ENDED = { failed = true, canceled = true, aborted = true }

local function read(answer, job)
    local prediction = answer.json
    if prediction.status == "succeeded" then
        return { pictures = pictures_of(prediction.output) }
    elseif ENDED[prediction.status] then
        return nil, errors.of_prediction(prediction)
    end
    return asked_again(prediction, answer, job)
end

return {
    families = {},
    row = {
        ratios = { "1:1", "16:9", "3:2", "2:3", "4:3", "3:4", "9:16" }, n = 1, inputs = 16, mask = false, formats = {},
        transparent = false,
    },
    takes = { "aspect_ratio", "images", "mask", "moderation", "n", "output_format", "quality", "seed", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The API token." },
        base_url = { type = "url", default = "https://api.replicate.com/v1", about = "Where the API is, up to and with its version." },
        wait = { type = "integer", default = 5, min = 0, max = 60,
            about = "Seconds that an order may be held for its picture (Prefer: wait); 0: it is asked about from the start." },
        wire = { type = "list", about = "What inputs are called: { [\"owner/model\"] = { images = \"image_input\" } }." },
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their owner in front; false: as they are asked for." },
    },
    check = function(options) return check_wire(options.wire) end,
    build = build,
    read = read,
    read_error = errors.of_status,
}
