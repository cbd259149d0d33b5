-- cost.lua - what was used, and what did it cost?
--
-- Adds up the usage of all calls in OpenAI's shape, and prices it: what the provider itself
-- says, else by the catalogue: tokens of four kinds, megapixels, or pictures. What has no
-- price has no cost, never 0.
-- SPDX-License-Identifier: MIT
local catalogue = require "catalogue"

local cost = {}

local COUNTERS = { "text_in", "image_in", "text_out", "image_out" }

-- What a provider counted -> the same, or nil when it is not numbers.
function cost.counted(usage)
    if type(usage) ~= "table" then
        return nil
    end
    local result = {}
    for _, name in ipairs(COUNTERS) do
        local count = usage[name] or 0
        if type(count) ~= "number" or not (count >= 0 and count < 2^53) then
            return nil
        end
        result[name] = math.floor(count)
    end
    return result
end

-- USD that a provider named -> the same, or nil when it is no amount.
function cost.named(usd)
    return type(usd) == "number" and usd >= 0 and usd < math.huge and usd or nil
end

-- usage: as counted() gives it.
local function priced(usage, prices)
    if not (usage and prices and prices.input and prices.image) then
        return nil
    end
    return (usage.text_in * prices.input + usage.image_in * (prices.image_input or prices.input)
        + usage.text_out * (prices.text or 0) + usage.image_out * prices.image) / 1e6
end

-- By the most that is said of it: quality and tier, tier, quality, or the same for all. -> USD | nil
local function of_picture(job, prices)
    local tier, quality = job.image_size or catalogue.usual_tier(job.row), job.quality or "auto"
    if prices.by then
        return tier and prices.by[quality .. " " .. tier]
    elseif prices.tiers then
        return tier and prices.tiers[tier]
    elseif prices.qualities then
        return prices.qualities[quality]
    end
    return prices.picture
end

local function megapixels(picture, prices)
    local count = picture.width * picture.height / 1e6
    return prices.whole_megapixels and math.ceil(count) or count
end

-- The first megapixel may have a price of its own.
local function of_pixels(picture, prices)
    local count, first = megapixels(picture, prices), prices.first_megapixel or prices.megapixel
    return math.min(count, 1) * first + math.max(count - 1, 0) * prices.megapixel
end

local function of_inputs(job, prices)
    local sum = 0
    for _, picture in ipairs(job.request.images or {}) do
        sum = sum + (prices.input_picture or 0)
            + (prices.input_megapixel and picture.width and megapixels(picture, prices) * prices.input_megapixel or 0)
    end
    return sum
end

-- Of a model that is priced by what it draws. -> USD | nil
local function drawn(pictures, job, prices)
    if not prices or prices.image then
        return nil          -- priced by tokens, of which nothing was said
    end
    local sum = of_inputs(job, prices)
    for _, picture in ipairs(pictures) do
        local one = prices.megapixel and of_pixels(picture, prices) or not prices.megapixel and of_picture(job, prices)
        if not one then
            return nil
        end
        sum = sum + one
    end
    return sum
end

-- What a call cost that drew these pictures, as they came. given: usage and cost, as the provider's module read them.
-- -> { usage, cost } of numbers that are some, each or both missing
function cost.of_call(given, pictures, job)
    local usage = cost.counted(given.usage)
    return { usage = usage, cost = cost.named(given.cost) or priced(usage, job.prices) or drawn(pictures, job, job.prices) }
end

-- What a call cost that drew nothing: only what the provider itself says of it. err: its fail. -> { usage, cost } | nil
function cost.of_failure(err, job)
    local usage = cost.counted(err.usage)
    local usd = cost.named(err.cost) or priced(usage, job.prices)
    return (usage or usd) and { usage = usage, cost = usd } or nil
end

-- USD of failures, or nil when none of them has a price.
function cost.of_failures(failures)
    local sum
    for _, failure in ipairs(failures) do
        sum = failure.cost and (sum or 0) + failure.cost or sum
    end
    return sum
end

-- USD of all results and of failures on the way to them, or nil when one of the results has no price.
function cost.of(results, failures)
    local sum = cost.of_failures(failures) or 0
    for _, result in ipairs(results) do
        if not result.cost then
            return nil
        end
        sum = sum + result.cost
    end
    return sum
end

local function add(sum, usage)
    for _, name in ipairs(COUNTERS) do
        sum[name] = sum[name] + usage[name]
    end
end

local function add_up(results, failures)
    local sum = { text_in = 0, image_in = 0, text_out = 0, image_out = 0 }
    for _, result in ipairs(results) do
        if not result.usage then
            return nil
        end
        add(sum, result.usage)
    end
    for _, failure in ipairs(failures) do
        if failure.usage then
            add(sum, failure.usage)
        end
    end
    return sum
end

-- OpenAI's usage object of all results, and failures on the way to them, together; nil when one of the results has none.
function cost.usage(results, failures)
    local sum = add_up(results, failures)
    if not sum then
        return nil
    end
    local input, output = sum.text_in + sum.image_in, sum.text_out + sum.image_out
    return {
        input_tokens = input, output_tokens = output, total_tokens = input + output,
        input_tokens_details = { text_tokens = sum.text_in, image_tokens = sum.image_in },
        output_tokens_details = { text_tokens = sum.text_out, image_tokens = sum.image_out },
    }
end

return cost
