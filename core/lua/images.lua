-- images.lua - are these pictures, and which?
--
-- Believes nobody: what a provider gave is looked at (type, size, strict base64) by
-- its first bytes before it is called a picture. The bytes stay in the core. A link is
-- followed as a stranger's would be, and without the provider's key.
-- SPDX-License-Identifier: MIT
local cost = require "cost"
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"
local links = require "links"

local images = {}

local OWN = { draining = true, overloaded = true }

local function text(value)
    return type(value) == "string" and value or nil
end

-- -> the picture, with data | nil, fail. Another try would be charged again for the same link, so none is asked for.
local function followed(link, job, work)
    local found, err = links.follow(link, work.limits, work.deadline)
    if not found then
        return nil, fail.new(OWN[err.code] and err.code or "invalid_upstream_response",
            ("%s: expected a picture, got a link that cannot be followed: %s"):format(job.provider.name, err.words),
            { charged = true, reason = err.reason })
    end
    return found
end

-- -> the picture, with data | nil, fail
local function sniffed(data, job)
    local found, reason = host.picture(data)
    if not found then
        return nil, fail.new("invalid_upstream_response", ("%s: %s, got something else"):format(job.provider.name, reason),
            { retry = true, charged = true })
    end
    found.data = data
    return found
end

local function looked_at(picture, job, work)
    local data = type(picture) == "table" and picture.data or nil
    if type(data) ~= "string" then
        return nil, fail.new("invalid_upstream_response", ("%s: expected a picture in base64, got %s"):format(
            job.provider.name, fail.show(data)), { charged = true })
    end
    local follow = data:match "^%a+://" and followed or sniffed
    local found, err = follow(data, job, work)
    if found then
        found.b64_json, found.revised_prompt, found.quality = found.data, text(picture.revised_prompt), text(picture.quality)
    end
    return found, err
end

local function none(job)
    return fail.new("no_images_generated", ("%s: expected a picture, got none"):format(job.provider.name),
        { retry = true, charged = true })
end

-- results: { pictures = { { data, revised_prompt? } }, usage?, cost? } as read() gives them.
-- work: { limits, deadline }. May wait.
-- -> { pictures, usage, cost } | nil, the first picture's fail. A model that was asked for one
-- picture and sent more gets one counted: the client said how many.
function images.check(results, job, work)
    local pieces, pictures, first = {}, {}, nil
    for i, given in ipairs(type(results.pictures) == "table" and results.pictures or {}) do
        pieces[i] = i <= job.n and function() return looked_at(given, job, work) end or nil
    end
    for _, piece in ipairs(fanout.run(pieces)) do
        pictures[#pictures + 1] = piece.result
        first = first or piece.err
    end
    if #pictures == 0 then
        return nil, first or none(job)
    end
    local result = cost.of_call(results, pictures, job)
    result.pictures = pictures
    return result
end

return images
