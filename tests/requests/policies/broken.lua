-- broken.lua - a policy that fails in the way that the prompt says
local policy = require "policy"

-- prompt -> what the function of that name gives, in place of what it should
local nonsense = {
    ["pick_model gives a number"] = { pick_model = 7 },
    ["pick_model gives no id"] = { pick_model = "" },
    ["aspect_ratio gives a word"] = { aspect_ratio = "wide" },
    ["aspect_ratio gives what the model lacks"] = { aspect_ratio = "7:4" },
    ["aspect_ratio gives a zero"] = { aspect_ratio = "0:1" },
    ["image_size gives a number"] = { image_size = 2 },
    ["rewrite_prompt gives nothing"] = {},
    ["candidates gives a word"] = { candidates = "google" },
    ["candidates gives half of one"] = { candidates = { { provider = "google" } } },
    ["candidates gives a stranger"] = { candidates = { { provider = "nobody", model = "demo" } } },
    ["on_failure gives a word"] = { on_failure = "again" },
}

local wild = {}

function wild.throws()
    error "no pictures on Sundays"
end

function wild.loops()
    while true do end
end

function wild.catches()
    while true do
        pcall(wild.loops)
    end
end

function wild.hoards()
    local hoard = {}
    while true do
        hoard[#hoard + 1] = ("x"):rep(1 << 20) .. #hoard
    end
end

function wild.assigns()
    request_count = 1       -- luacheck: ignore 111
end

function wild.mistypes()
    return prefered         -- luacheck: ignore 113
end

function wild.sleeps()
    return "retry", 86400
end

function wild.opens()
    return io.open "/etc/passwd"        -- luacheck: ignore 113 143
end

local broken = {}

for name, decision in pairs(policy) do
    broken[name] = type(decision) == "string" and decision or function(request, ...)
        local given, act = nonsense[request.prompt], wild[request.prompt:match("^" .. name .. " (%a+)$")]
        if act then
            return act()
        elseif given and request.prompt:find(name, 1, true) == 1 then
            return given[name]
        end
        return decision(request, ...)
    end
end

return broken
