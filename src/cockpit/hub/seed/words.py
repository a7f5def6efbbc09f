"""The words of the demo company: Chinese with English beside it. Invented, apart from the districts.

Files that hold Chinese names keep them as data; they are never messages of the program.
"""

from __future__ import annotations

Pair = tuple[str, str]

_BRANDS = """
瑞丰Ruifeng 博远Boyuan 鼎盛Dingsheng 凯迪Kaidi 润泽Runze 天合Tianhe 宏业Hongye 佳信Jiaxin 东启Dongqi 立德Lide
普森Pusen 科瑞Kerui 海纳Haina 金石Jinshi 华腾Huateng 安信Anxin 永昌Yongchang 卓越Zhuoyue 新源Xinyuan 百川Baichuan
长风Changfeng 同创Tongchuang 晨光Chenguang 力源Liyuan 锐意Ruiyi 兴业Xingye 联众Lianzhong 启明Qiming 盛德Shengde
康宁Kangning 维思Weisi 万和Wanhe 精诚Jingcheng 旭日Xuri 汇智Huizhi 诚毅Chengyi 恒力Hengli 景润Jingrun 迈创Maichuang
众泰Zhongtai 隆昌Longchang 嘉禾Jiahe 德胜Desheng 信达Xinda 远大Yuanda 宝利Baoli 顺达Shunda 友联Youlian 腾跃Tengyue
星河Xinghe 蓝海Lanhai 云帆Yunfan 国泰Guotai 福临Fulin 思源Siyuan 昌运Changyun 泰和Taihe 江南Jiangnan 吴越Wuyue 钱江Qianjiang
"""
BRANDS: tuple[Pair, ...] = tuple((part[:2], part[2:]) for part in _BRANDS.split())
TRADES: tuple[tuple[str, str, str], ...] = (
    ("机械", "Machinery", "manufacturing"),
    ("物流", "Logistics", "logistics"),
    ("食品", "Foods", "food"),
    ("科技", "Technology", "software"),
    ("光电", "Optoelectronics", "electronics"),
    ("重工", "Heavy Industry", "manufacturing"),
    ("制药", "Pharma", "pharma"),
    ("电气", "Electric", "electronics"),
    ("医疗", "Medical", "medical"),
    ("包装", "Packaging", "manufacturing"),
    ("纺织", "Textiles", "textiles"),
    ("化工", "Chemicals", "chemicals"),
    ("汽配", "Auto Parts", "automotive"),
    ("建材", "Building Materials", "construction"),
    ("零售", "Retail", "retail"),
    ("能源", "Energy", "energy"),
)
INDUSTRIES: dict[str, Pair] = {
    "automotive": ("汽车零部件", "automotive"),
    "chemicals": ("化工", "chemicals"),
    "construction": ("建筑建材", "construction"),
    "electronics": ("电子电气", "electronics"),
    "energy": ("能源", "energy"),
    "food": ("食品饮料", "food"),
    "logistics": ("物流", "logistics"),
    "manufacturing": ("机械制造", "manufacturing"),
    "medical": ("医疗器械", "medical"),
    "pharma": ("医药", "pharma"),
    "retail": ("零售", "retail"),
    "software": ("软件", "software"),
    "textiles": ("纺织服装", "textiles"),
}
SIZES = ("50-200", "200-500", "500-2000", "2000+")

DISTRICTS: dict[str, tuple[str, str, float, float]] = {
    "黄浦": ("上海市", "人民路", 31.2265, 121.4800),
    "徐汇": ("上海市", "漕溪北路", 31.1885, 121.4365),
    "长宁": ("上海市", "延安西路", 31.2140, 121.4110),
    "静安": ("上海市", "江宁路", 31.2350, 121.4480),
    "普陀": ("上海市", "曹杨路", 31.2420, 121.4130),
    "闵行": ("上海市", "莘庄路", 31.1190, 121.3850),
    "杨浦": ("上海市", "四平路", 31.2760, 121.5190),
    "浦东": ("上海市", "张江路", 31.2050, 121.5900),
    "松江": ("上海市", "新松江路", 31.0380, 121.2250),
    "姑苏": ("苏州市", "人民路", 31.3120, 120.6200),
    "吴中": ("苏州市", "东吴路", 31.2700, 120.6250),
    "相城": ("苏州市", "元和路", 31.3690, 120.6420),
    "工业园区": ("苏州市", "苏州大道", 31.3200, 120.7150),
    "虎丘": ("苏州市", "狮山路", 31.2980, 120.5660),
    "吴江": ("苏州市", "中山路", 31.1600, 120.6400),
    "上城": ("杭州市", "解放路", 30.2480, 120.1750),
    "拱墅": ("杭州市", "莫干山路", 30.3150, 120.1400),
    "西湖": ("杭州市", "文三路", 30.2790, 120.1180),
    "滨江": ("杭州市", "江南大道", 30.2050, 120.2050),
    "萧山": ("杭州市", "市心路", 30.1800, 120.2650),
    "余杭": ("杭州市", "文一西路", 30.2850, 119.9900),
}
"""District: city, a street, latitude, longitude of its centre."""

TERRITORIES: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("徐汇", "长宁"), ("浦东",), ("静安", "普陀"), ("闵行", "松江"), ("杨浦", "黄浦"), ("浦东", "黄浦")),
    (("姑苏",), ("工业园区",), ("吴中", "吴江"), ("虎丘",), ("相城", "姑苏"), ("工业园区", "吴中")),
    (("上城",), ("西湖", "余杭"), ("滨江",), ("萧山", "滨江"), ("拱墅",), ("余杭", "西湖")),
)
"""Districts of each rep, by team."""

TEAMS: tuple[Pair, ...] = (("华东一组", "East-1"), ("华东二组", "East-2"), ("华东三组", "East-3"))
LEADS: tuple[Pair, ...] = (("周岚", "Zhou Lan"), ("何军", "He Jun"), ("宋燕", "Song Yan"))
HEAD: Pair = ("沈敏", "Shen Min")
REPS: tuple[tuple[Pair, ...], ...] = (
    (
        ("张伟", "Zhang Wei"),
        ("李娜", "Li Na"),
        ("刘洋", "Liu Yang"),
        ("陈静", "Chen Jing"),
        ("赵磊", "Zhao Lei"),
        ("王强", "Wang Qiang"),
    ),
    (
        ("孙丽", "Sun Li"),
        ("吴昊", "Wu Hao"),
        ("徐婷", "Xu Ting"),
        ("马超", "Ma Chao"),
        ("朱琳", "Zhu Lin"),
        ("胡斌", "Hu Bin"),
    ),
    (
        ("林涛", "Lin Tao"),
        ("高洁", "Gao Jie"),
        ("罗飞", "Luo Fei"),
        ("郑爽", "Zheng Shuang"),
        ("谢楠", "Xie Nan"),
        ("韩雪", "Han Xue"),
    ),
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹"
GIVEN = (
    "建国",
    "志强",
    "丽华",
    "敏",
    "静",
    "海涛",
    "晓东",
    "雪梅",
    "国庆",
    "文博",
    "慧",
    "立新",
    "春燕",
    "永刚",
    "佳",
    "俊杰",
)

TITLES: tuple[tuple[Pair, str], ...] = (
    (("总经理", "General Manager"), "decider"),
    (("财务总监", "CFO"), "decider"),
    (("运营总监", "COO"), "influencer"),
    (("信息部经理", "IT Manager"), "influencer"),
    (("采购经理", "Purchasing Manager"), "buyer"),
    (("生产经理", "Production Manager"), "user"),
)
"""Title and role in the decision."""

PRODUCTS: tuple[tuple[Pair, int], ...] = (
    (("生产执行系统", "MES suite"), 68_000),
    (("仓储管理系统", "WMS suite"), 42_000),
    (("设备联网套件", "Machine link kit"), 26_000),
    (("质量追溯平台", "Quality trace"), 36_000),
    (("年度服务包", "Yearly service plan"), 12_000),
)
"""Name and list price in yuan."""

STAGES: tuple[tuple[str, Pair, str, int, int | None, Pair], ...] = (
    ("qualify", ("甄别", "Qualify"), "open", 10, 9, ("", "")),
    ("needs", ("需求", "Needs"), "open", 30, 12, ("预算已确认", "Budget confirmed")),
    ("proposal", ("方案", "Proposal"), "open", 55, 11, ("已见决策人", "Decision maker met")),
    ("negotiate", ("谈判", "Negotiate"), "open", 75, 7, ("条款已达成", "Terms agreed")),
    ("won", ("赢单", "Won"), "won", 100, None, ("", "")),
    ("lost", ("丢单", "Lost"), "lost", 0, None, ("", "")),
)
"""Key, name, kind, percent, days, milestone."""

GOALS: dict[str, tuple[Pair, ...]] = {
    "visit": (
        ("确认预算和时间", "confirm budget and date"),
        ("见到决策人", "meet the decision maker"),
        ("同意试点方案", "agree on the pilot"),
        ("弄清竞争对手", "learn who else is in"),
        ("走一遍现场流程", "walk the shop floor"),
        ("对齐验收标准", "agree on acceptance terms"),
    ),
    "call": (
        ("约下次面谈", "book the next visit"),
        ("问清采购流程", "learn the purchasing steps"),
        ("跟进报价", "follow up on the quote"),
        ("确认参会人", "confirm who attends"),
    ),
    "web": (("演示报表功能", "show the reports"), ("讲清接口方案", "explain the interfaces")),
    "task": (
        ("寄送资料", "send the papers"),
        ("更新报价单", "update the quote"),
        ("整理需求清单", "write up the needs"),
    ),
}
RESULTS: dict[str, tuple[Pair, ...]] = {
    "reached": (
        ("同意进入下一步, 等方案", "agreed on the next step, waits for the proposal"),
        ("预算已批, 下周定时间", "budget approved, date follows next week"),
        ("认可试点, 要求先做一条线", "likes the pilot, one line first"),
        ("总经理到场, 态度积极", "general manager joined, positive"),
    ),
    "half": (
        ("只见到使用部门, 决策人出差", "met the users only, the decision maker was away"),
        ("价格还要再谈", "price needs another round"),
        ("要求补充案例和测算", "asks for a case and an ROI sheet"),
    ),
    "missed": (
        ("项目推迟到下季度", "project moved to next quarter"),
        ("预算被冻结", "budget is frozen"),
        ("对现有供应商满意", "content with the present supplier"),
    ),
}
NEEDS: tuple[Pair, ...] = (
    ("ROI 测算", "ROI sheet"),
    ("同行案例", "reference case"),
    ("接口文档", "interface documents"),
    ("分期付款", "payment in parts"),
    ("现场培训", "training on site"),
    ("数据迁移", "data migration"),
    ("移动端", "mobile use"),
)
ADVANTAGES: tuple[Pair, ...] = (
    ("三周上线, 同行案例两家", "live in three weeks, two reference sites"),
    ("本地服务, 四小时到场", "local service, on site in four hours"),
    ("接口现成, 不停产", "ready interfaces, no stop of production"),
)
REASONS: tuple[Pair, ...] = (
    ("客户临时开会", "customer was called into a meeting"),
    ("联系人出差", "contact was travelling"),
    ("现场停电检修", "site closed for maintenance"),
    ("客户要求改期", "customer asked for another day"),
)
LOST_REASONS: tuple[Pair, ...] = (
    ("价格高于对手", "price above the rival"),
    ("预算取消", "budget cancelled"),
    ("选用自研", "builds it in-house"),
    ("项目搁置", "project shelved"),
    ("决策人更换", "decision maker changed"),
)
SOURCES = ("referral", "exhibition", "website", "cold_call", "partner")
STEPS: tuple[Pair, ...] = (
    ("发方案", "send the proposal"),
    ("约决策人", "book the decision maker"),
    ("寄样本", "send samples"),
    ("报价", "quote"),
)
NEXT_CALL: tuple[Pair, ...] = (("回访", "follow-up call"), ("确认下一步", "settle the next step"))

FAIR: Pair = ("参加展会三天，下周补访", "three days at the fair, visits follow next week")
NUDGE_VISITS: Pair = (
    "面访还差几家没有计划，今天按 f 补上，需要我陪访吗？",
    "some visits have no plan yet: fill them today with f; shall I come along?",
)
NUDGE_DEAL: Pair = ("这个商机没有动静了，今天定下一步", "this deal stands still: set the next step today")
