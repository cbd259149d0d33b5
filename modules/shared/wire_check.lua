-- wire_check.lua - is what an operator says of a model's inputs right?
--
-- A typo in it would send a picture under a name that the model ignores: it would draw
-- without it, and be paid. So only what wire.lua knows is taken.
-- SPDX-License-Identifier: MIT

local TEXT = { "text", string = true }
local FIELDS = { "a table", table = true }
local SIZE = { "text, or true", string = true, boolean = true }

-- name -> what it may be; false, which takes a name away, may be each of them
local NAMES = {
    draw = TEXT, edit = TEXT, format = TEXT, image = TEXT, images = TEXT, mask = TEXT, match = TEXT, moderation = FIELDS, n = TEXT,
    needs = TEXT, pixels = FIELDS, quality = FIELDS, ratio = TEXT, seed = TEXT, send = FIELDS, size = SIZE, tier = TEXT,
    unshaped = FIELDS, words = FIELDS,
}

local function wrong_name(id, names)
    for name, value in pairs(names) do
        local kind = NAMES[name]
        if not kind then
            return ('wire["%s"].%s'):format(id, name), "a name that modules/shared/wire.lua has", "an unknown one"
        elseif value ~= false and not kind[type(value)] then
            return ('wire["%s"].%s'):format(id, name), kind[1] .. ", or false", pictor.show(value)
        end
    end
    return nil
end

-- option: { [id] = names } or nil -> nil | which one, what was expected, what was got
return function(option)
    for id, names in pairs(option or {}) do
        if type(id) ~= "string" or type(names) ~= "table" then
            return "wire", '{ ["owner/model"] = { … } }', pictor.show(type(id) == "string" and names or id)
        end
        local name, expected, got = wrong_name(id, names)
        if name then
            return name, expected, got
        end
    end
    return nil
end
