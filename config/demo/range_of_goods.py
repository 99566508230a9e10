"""What Northgate Supply buys: the spend tree, and for each leaf the patterns its items are made from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """A branch people buy from. `kinds` x `sizes` x `makes` gives the items; price is for the first of them, GBP.

    `packs` are (unit code, base units); `orders` is the usual order quantity in the last pack, low to high.
    """

    code: str
    name: str
    unspsc: str
    prefix: str
    price: str
    kinds: tuple[str, ...]
    sizes: tuple[str, ...]
    makes: tuple[str, ...]
    packs: tuple[tuple[str, int], ...]
    orders: tuple[int, int]
    unit: str = "EA"
    summer: float = 0.0  # how much more is bought in July than in January; negative for winter goods


@dataclass(frozen=True, slots=True)
class Branch:
    """A root of the spend tree."""

    code: str
    name: str
    unspsc: str
    leaves: tuple[Leaf, ...]
    contract_binding: bool = True


STANDARD = ("standard", "heavy duty", "recycled")
TREE = (
    Branch("PACK", "Packaging", "24110000", (
        Leaf("WRAP", "Stretch wrap and film", "24141501", "PK", "5.60",
             ("Stretch wrap", "Hand film", "Machine film", "Top sheet"),
             ("400 mm 17 micron", "400 mm 20 micron", "500 mm 17 micron", "500 mm 20 micron", "500 mm 23 micron",
              "750 mm 20 micron"),
             ("clear", "black", "blue"), (("XCS", 6), ("XPX", 240)), (1, 3), "XRO", 0.1),
        Leaf("CART", "Cartons", "24112500", "PC", "0.62",
             ("Single wall carton", "Double wall carton", "Mailer box", "Pallet box"),
             ("200x150x100 mm", "305x229x152 mm", "305x305x305 mm", "457x305x305 mm", "457x457x457 mm",
              "610x457x457 mm", "762x508x508 mm", "1016x508x508 mm", "1200x800x600 mm"),
             STANDARD, (("XPK", 25), ("XPX", 1000)), (1, 2)),
        Leaf("TAPE", "Tape and strapping", "31201500", "PT", "1.10",
             ("Packing tape", "Printed tape", "Masking tape", "Strapping band", "Filament tape"),
             ("48 mm x 66 m", "48 mm x 132 m", "50 mm x 66 m", "72 mm x 66 m", "12 mm x 1000 m"),
             ("low noise", "hot melt", "solvent"), (("XCS", 36),), (2, 12), "XRO"),
        Leaf("LABL", "Labels", "55121600", "PL", "4.20",
             ("Thermal label", "Direct thermal label", "Shipping label", "Rack label", "Hazard label"),
             ("50x25 mm", "75x50 mm", "100x75 mm", "100x150 mm", "105x148 mm", "148x210 mm", "210x297 mm"),
             ("paper", "synthetic", "removable"), (("XBX", 12),), (2, 10), "XRO"),
        Leaf("PALL", "Pallets and dunnage", "24112700", "PD", "7.90",
             ("Euro pallet", "Block pallet", "Plastic pallet", "Half pallet", "Air bag"),
             ("800x1200 mm", "1000x1200 mm", "600x800 mm"), ("new", "reconditioned", "heat treated"),
             (("XPX", 20),), (1, 6)),
    )),
    Branch("SAFE", "Safety and workwear", "46180000", (
        Leaf("GLOV", "Gloves", "46181504", "SG", "2.40",
             ("Grip glove", "Cut resistant glove", "Nitrile disposable glove", "Thermal glove", "Rigger glove"),
             ("size 7", "size 8", "size 9", "size 10", "size 11"), ("grey", "black", "orange", "blue"),
             (("XPK", 12), ("XCS", 120)), (1, 6), "PR", -0.5),
        Leaf("SHOE", "Safety footwear", "46181600", "SF", "38.00",
             ("Safety trainer", "Safety boot", "Freezer boot"),
             ("size 5", "size 6", "size 7", "size 8", "size 9", "size 10", "size 11", "size 12"),
             ("S1P", "S2", "S3"), (("XCS", 6),), (1, 3), "PR", -0.2),
        Leaf("HIVI", "High-visibility clothing", "46181500", "SH", "6.80",
             ("Hi-vis vest", "Hi-vis jacket", "Hi-vis trousers", "Hi-vis polo"), ("S", "M", "L", "XL", "XXL"),
             ("yellow", "orange", "navy"), (("XPK", 10),), (1, 5), "EA", -0.6),
        Leaf("HEAD", "Head, eye and ear protection", "46181700", "SE", "4.90",
             ("Safety helmet", "Bump cap", "Safety spectacles", "Ear defenders", "Ear plugs"),
             ("standard", "vented", "adjustable", "short peak"), ("white", "blue", "yellow"), (("XBX", 20),), (1, 4)),
        Leaf("AIDK", "First aid and spill control", "42172001", "SA", "11.50",
             ("First aid kit", "Eye wash station", "Burns kit", "Spill kit", "Absorbent pads"),
             ("10 person", "20 person", "50 person", "100 litre"), ("standard", "refill"), (("XBX", 4),), (1, 3)),
    )),
    Branch("MRO", "Maintenance and repair", "31000000", (
        Leaf("FAST", "Fasteners", "31160000", "MF", "0.08",
             ("Hex bolt", "Hex nut", "Washer", "Wood screw", "Anchor bolt", "Rivet"),
             ("M3", "M4", "M5", "M6", "M8", "M10", "M12", "M16", "M20"), ("zinc plated", "stainless A2", "stainless A4"),
             (("XBX", 100), ("XCS", 1000)), (1, 5)),
        Leaf("BEAR", "Bearings and belts", "31171500", "MB", "9.40",
             ("Deep groove bearing", "Pillow block", "Conveyor roller", "V-belt", "Timing belt", "Castor"),
             ("17 mm", "20 mm", "25 mm", "30 mm", "35 mm", "40 mm", "50 mm", "60 mm"), ("sealed", "shielded", "open"),
             (("XBX", 10),), (1, 4)),
        Leaf("LUBE", "Lubricants and chemicals", "15120000", "ML", "6.30",
             ("Bearing grease", "Hydraulic oil", "Chain lubricant", "Degreaser", "Penetrating oil"),
             ("400 ml", "1 l", "5 l", "20 l", "200 l"), ("general", "food safe", "low temperature", "biodegradable"),
             (("XCS", 12),), (1, 3)),
        Leaf("TOOL", "Hand tools", "27110000", "MT", "7.80",
             ("Safety knife", "Spanner", "Screwdriver", "Tape measure", "Hex key set", "Pliers", "Torch"),
             ("small", "medium", "large", "set of 5", "set of 10"), ("standard", "insulated", "stainless"), (("XPK", 5),), (1, 6)),
        Leaf("ELEC", "Electrical and lighting", "39120000", "ME", "5.10",
             ("LED tube", "LED high bay", "Cable tie", "Extension lead", "Circuit breaker", "Contactor"),
             ("small", "600 mm", "1200 mm", "1500 mm", "16 A", "32 A"), ("warm white", "cool white", "grey"),
             (("XBX", 25),), (1, 4), "EA", -0.4),
        Leaf("TYRE", "Truck and trolley parts", "25170000", "MY", "64.00",
             ("Forklift tyre", "Pallet truck wheel", "Fork sleeve", "Reach truck battery cell", "Load wheel"),
             ("5.00-8", "6.50-10", "18x7-8", "200x50", "250x80"), ("solid", "cushion", "non-marking"), (("XPK", 2),), (1, 4)),
    )),
    Branch("FACI", "Building and grounds", "47130000", (
        Leaf("CLEA", "Cleaning", "47131800", "FC", "3.40",
             ("Floor cleaner", "All-purpose cleaner", "Disinfectant", "Hand soap", "Microfibre cloth", "Mop head"),
             ("750 ml", "1 l", "5 l", "pack of 10"), ("lemon", "pine", "orange", "unscented"), (("XCS", 12),), (1, 6)),
        Leaf("PAPR", "Washroom paper", "14111700", "FP", "2.10",
             ("Toilet roll", "Jumbo roll", "Hand towel", "Centrefeed roll", "Facial tissue"),
             ("1-ply", "2-ply", "3-ply"), ("white", "blue", "natural"), (("XCS", 18),), (2, 12)),
        Leaf("WAST", "Waste handling", "47121700", "FW", "8.60",
             ("Refuse sack", "Wheelie bin", "Compactor bag", "Recycling bin"),
             ("60 l", "90 l", "120 l", "240 l", "360 l"), ("black", "green", "clear"), (("XCS", 10),), (1, 4)),
        Leaf("GRIT", "Winter supplies", "47101600", "FG", "5.90",
             ("Rock salt", "De-icer", "Snow shovel", "Grit bin"), ("10 kg", "25 kg", "200 l"), ("white", "brown"),
             (("XPX", 40),), (1, 2), "EA", -0.95),
    )),
    Branch("OFFI", "Office and print", "44120000", (
        Leaf("STAT", "Stationery", "44121600", "OS", "1.30",
             ("Ballpoint pen", "Marker", "Clipboard", "Lever arch file", "Notebook", "Stapler", "Envelope"),
             ("A4", "A5", "fine", "medium", "pack of 50"), ("black", "blue", "red", "green"), (("XBX", 12),), (1, 6)),
        Leaf("COPY", "Copier paper", "14111500", "OP", "3.60",
             ("Copier paper", "Card", "Continuous listing paper"), ("A4 80 gsm", "A3 80 gsm", "A4 100 gsm"),
             ("white", "recycled"), (("XBX", 5), ("XPX", 200)), (4, 20)),
        Leaf("TONE", "Printer supplies", "44103100", "OT", "46.00",
             ("Toner cartridge", "Thermal ribbon", "Drum unit", "Print head"),
             ("black", "cyan", "magenta", "yellow"), ("standard yield", "high yield"), (("XBX", 4),), (1, 3)),
    )),
    Branch("TECH", "Warehouse technology", "43210000", (
        Leaf("SCAN", "Scanners and terminals", "43211700", "TS", "285.00",
             ("Handheld scanner", "Ring scanner", "Mobile terminal", "Label printer", "Charging cradle"),
             ("1D", "2D", "2D long range"), ("corded", "wireless"), (), (1, 6)),
        Leaf("RACK", "Racking and storage", "24102000", "TR", "74.00",
             ("Pallet rack beam", "Rack upright", "Shelf panel", "Wire mesh deck", "Storage bin"),
             ("1350 mm", "1850 mm", "2700 mm", "3300 mm", "3600 mm"), ("galvanised", "painted"), (("XPK", 4),), (1, 8)),
    )),
)  # fmt: skip
# Branches with nothing to keep on a shelf.
SERVICES = Branch("SERV", "Services", "72000000", (
    Leaf("MAIN", "Equipment maintenance", "72101500", "", "0", (), (), (), (), (1, 1), "HUR"),
    Leaf("CLNS", "Contract cleaning", "76111500", "", "0", (), (), (), (), (1, 1), "HUR"),
    Leaf("AGCY", "Temporary staff", "80111600", "", "0", (), (), (), (), (1, 1), "HUR"),
), contract_binding=False)  # fmt: skip


def leaves() -> list[tuple[Branch, Leaf]]:
    """Return every leaf that has items, with its branch."""
    return [(branch, leaf) for branch in TREE for leaf in branch.leaves]
