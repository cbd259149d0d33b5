-- finish.lua - what is still to be done to a picture before it is the one asked for?
--
-- What the model cannot do itself the image module does: put the original back around
-- the mask, cut to the exact size, convert. A rule of rules.lua has asked for it, and
-- made sure that the module is there.
-- SPDX-License-Identifier: MIT
local fail = require "fail"
local fanout = require "fanout"
local host = require "host"

local finish = {}

local function run(task, args, job)
    local result = fanout.wait(host.task(task, args))
    if result.outcome ~= "answered" then
        return nil, fail.new("invalid_upstream_response", ("%s: expected a picture to work on, got: %s"):format(
            job.provider.name, result.reason), { charged = true })
    end
    return result.values.picture
end

local function as_argument(picture)
    return { picture = picture }
end

-- The original's pixels outside the mask; a format that loses nothing, unless another was asked for.
local function put_back(data, job)
    local request, wanted = job.request, job.finish
    return run("image.composite", {
        edited = as_argument(data), original = as_argument(request.images[1].data), mask = as_argument(request.mask.data),
        feather = job.feather, max_pixels = job.max_pixels,
        format = wanted.format or request.output_format or "png", quality = wanted.quality,
    }, job)
end

local function convert(data, job, kind)
    local wanted, request = job.finish, job.request
    return run("image.convert", {
        picture = as_argument(data), format = wanted.format or request.output_format or kind,
        quality = wanted.quality or request.output_compression,
        width = wanted.width, height = wanted.height, fit = wanted.fit, max_pixels = job.max_pixels,
    }, job)
end

-- Work for the module on this picture -> its new data | nil, fail
local function finished(picture, job)
    if job.finish.mask then
        return put_back(picture.b64_json, job)
    end
    local kind = (picture.type == "png" or picture.type == "jpeg" or picture.type == "webp") and picture.type or "png"
    return convert(picture.b64_json, job, kind)
end

local function one(picture, job)
    local data, err = finished(picture, job)
    if not data then
        return nil, err
    end
    local found = host.picture(data)
    found.b64_json, found.revised_prompt, found.quality = data, picture.revised_prompt, picture.quality
    return found
end

-- Has a rule asked for work, or has the provider sent another format than it should?
local function is_needed(picture, job)
    local format = job.request.output_format
    return next(job.finish) ~= nil or (format and format ~= picture.type and host.has_task "image.convert")
end

-- result: what images.check gave. -> the same, its pictures as they were asked for | nil, fail
function finish.all(result, job)
    for i, picture in ipairs(result.pictures) do
        local done, err = picture, nil
        if is_needed(picture, job) then
            done, err = one(picture, job)
        end
        if not done then
            return nil, err
        end
        result.pictures[i] = done
    end
    return result
end

return finish
