-- fal.lua - how is a picture ordered from fal?
--
-- A marketplace with a queue: an order is taken, its state is asked for, then its result
-- is fetched, each at the address that came with the order. Models call their inputs as
-- they like (modules/shared/wire.lua). What the safety checker flagged is a black picture,
-- and is counted as none.
-- SPDX-License-Identifier: MIT
local read_error = require "errors"
local wire = require "wire"
local check_wire = require "wire_check"

local KIND, SITE = "fal", "fal.run"

local PRESETS = {
    ["1:1"] = "square_hd", ["3:4"] = "portrait_4_3", ["9:16"] = "portrait_16_9", ["4:3"] = "landscape_4_3",
    ["16:9"] = "landscape_16_9",
}

local USUAL = {
    ratio = "image_size", size = "image_size", tier = "resolution", seed = "seed", format = "output_format", image = "image_url",
    words = { image_size = PRESETS },
}

local HABITS = { { "/edit$", { images = "image_urls" } } }

local function headers(options)
    return { authorization = "Key " .. options.api_key }
end

local function build(job)
    local options, names = job.options, wire.names(job, KIND, USUAL, HABITS)
    local id = wire.id(job, names)
    if not id:match "^%w[%w._/-]*$" or id:find("..", 1, true) then
        return nil, pictor.fail("model_not_found", ("model: expected OWNER/APP or OWNER/APP/PATH, got %s"):format(pictor.show(id)),
            { param = "model" })
    end
    local err = wire.unfit(job, names)
    if err then
        return nil, err
    end
    local call = { url = ("%s/%s"):format(options.base_url, id), headers = headers(options), body = wire.input(job, names) }
    call.headers["x-fal-request-timeout"] = options.start_timeout and ("%d"):format(options.start_timeout) or nil
    call.body.sync_mode = options.inline or nil
    return call
end

local function picture_of(entry)
    local link = type(entry) == "table" and entry.url or entry
    if type(link) ~= "string" then
        return nil
    end
    return { data = link:match "^data:[^,]*;base64,(.+)$" or link }
end

-- -> the pictures that may be seen, how many may not
local function sorted(body)
    local pictures, hidden = {}, 0
    local flags = type(body.has_nsfw_concepts) == "table" and body.has_nsfw_concepts or {}
    for i, entry in ipairs(type(body.images) == "table" and body.images or { body.image }) do
        if flags[i] == true then
            hidden = hidden + 1
        else
            pictures[#pictures + 1] = picture_of(entry)
        end
    end
    return pictures, hidden
end

local function drawn(body)
    local pictures, hidden = sorted(body)
    if #pictures == 0 and hidden > 0 then
        return nil, pictor.fail("content_policy_violation",
            "prompt: expected one that the provider draws, got refused: its safety checker flagged the picture",
            { param = "prompt", charged = true })
    end
    return { pictures = pictures }
end

local text = require("typed").text

-- The key goes only where it belongs, whatever an answer says: a picture can be had without a place to call it off.
-- -> the three addresses | nil, fail
local function addresses(order, options)
    local urls = { id = text(order.request_id) }
    for _, name in ipairs { "status", "response", "cancel" } do
        local url = text(order[name .. "_url"])
        if pictor.same_site(url, options.base_url, SITE) then
            urls[name] = url
        elseif name ~= "cancel" then
            return nil, pictor.fail("invalid_upstream_response",
                ("provider: expected an address of its own for the %s, got %s"):format(name, pictor.show(url)), { charged = true })
        end
    end
    return urls
end

-- which: "status" or "response"; what is done cannot be called off.
local function asked(which, urls, after, options)
    local cancel = which == "status" and urls.cancel
    return {
        call = { method = "GET", url = urls[which], headers = headers(options) }, after = after, id = urls.id,
        cancel = cancel and { method = "PUT", url = cancel, headers = headers(options) } or nil,
        memo = { which = which, urls = urls },
    }
end

-- An order, then states until it is done, then the result. Without a queue (fal.run) the first answer is the result.
local function read(answer, job)
    local body, memo = answer.json, answer.memo
    if memo and memo.which == "response" or body.images or body.image then
        return drawn(body)
    elseif not memo then
        local urls, err = addresses(body, job.options)
        return urls and asked("status", urls, 0.5, job.options), err
    elseif body.status == "COMPLETED" then
        return asked("response", memo.urls, 0, job.options)
    end
    return asked("status", memo.urls, math.min(0.5 + 0.1 * answer.step, 2), job.options)
end

return {
    families = {},
    row = { ratios = { "1:1", "3:4", "4:3", "9:16", "16:9" }, n = 1, inputs = 16, mask = false, formats = {}, transparent = false },
    takes = { "aspect_ratio", "images", "mask", "moderation", "n", "output_format", "quality", "seed", "size" },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key; of a pair ID:SECRET." },
        base_url = { type = "url", default = "https://queue.fal.run", about = "Where orders go; https://fal.run: without a queue." },
        inline = { type = "boolean", default = false, about = "Pictures in the answer itself (sync_mode) in place of public links." },
        start_timeout = { type = "integer", min = 1, max = 3600, about = "Seconds that an order may wait for its start." },
        wire = { type = "list", about = "What inputs are called: { [\"owner/app\"] = { images = \"image_urls\" } }." },
        vendor_in_id = { type = "boolean", default = true, about = "Ids have their owner in front; false: as they are asked for." },
    },
    check = function(options) return check_wire(options.wire) end,
    build = build,
    read = read,
    read_error = read_error,
}
