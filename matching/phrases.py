"""How Chinese technical texts tie a number to a metric: patterns only, over folded lower case."""

import re

CLAUSE_END = re.compile(r"[，。；;！!？?\n]|,(?!\d)")
SENTENCE_END = re.compile(r"[。；;！!？?\n]")
REMARK = re.compile(r"[（(]([^()（）]*)[)）]")

SYNONYMS = tuple(
    tuple(line.split())
    for line in (
        "抗拉强度 拉伸强度 抗张强度",
        "抗弯强度 弯曲强度",
        "延伸率 伸长率 断后伸长率 断裂伸长率",
        "导热系数 热导率 导热率",
        "电导率 导电率",
        "能量密度 比能量",
        "循环寿命 循环次数",
        "首效 首次效率 首次库仑效率",
        "使用寿命 服役寿命",
        "使用温度 工作温度 服役温度 适用温度",
        "氮氧化物 nox",
        "压降 压力损失",
        "噪声 噪音",
        "重量 质量",
        "黏度 粘度",
        "收率 得率",
        "成品率 良率 良品率",
        "准确率 正确率",
        "回收率 回收效率",
        "检出限 检测限 检出下限",
        "含水率 含水量",
        "透光率 透过率",
        "屈服强度",
        "抗压强度",
        "冲击强度",
        "剪切强度",
        "剥离强度",
        "比表面积",
        "容量保持率",
        "体积电阻率",
    )
)
"""Names of one and the same metric, only such as no engineer would tell apart; those that stand
alone are known, so that what a need puts before them (板材抗压强度) is known not to belong."""

TAIL = re.compile(r"(?:强度|系数|性能|寿命|时间|周期|浓度|含量|用量|次数|排放|比例|率|值|量|度)$")
"""What a text may leave out of a name right before its value: 抗拉735 MPa, 误报3.6%."""

GENERIC = frozenset(
    ("效率", "精度", "误差", "偏差", "强度", "含量", "浓度", "速度", "温度", "压力", "时间", "周期")
)
"""Names that mean something else with any noun before them."""

PLAIN_BEFORE = re.compile(r"(?:^|[^\u4e00-\u9fff]|[的其为且和]|最高|最大|平均|总|综合|实测|整体)$")

APART = re.compile(
    r"(?:焊缝|接头|基体|高温|低温|横向|纵向|径向|轴向|湿态|干态|重复|理论|峰值"
    r"|进水|进料|原水|源水|入口|进口|初始|起始|原始|处理前|改造前|预处理|放电|充电|制冷|制热)$"
)
"""What makes a metric another one unless the target says it too: 焊缝抗拉强度, 进水氨氮."""

FILLER = re.compile(
    r"(?:[\s:：=的了为是达到至约近可能已均都仍仅只有在于其经值率量]|可以|以内|高达|低至|接近|大约|超过"
    r"|保持|稳定|控制|维持|平均|最高|最大|最低|最小|实测|检测|测试|试验|结果|中位数|均|数值"
    r"|水平|指标|性能|范围|区间|之间|含量|浓度|强度|系数|第三方|[（(][^()（）]{0,24}[)）]|[a-zδφ]{1,4}"
    r"|(?:由|从|自)\x00|(?:提高|提升|增加|增大|升高?|上升|延长)[到至为]"
    r"|(?:降低?|下降|减少|减小|缩短|压缩)[到至为]"
    r"|在?\x01(?:以上|以下)?(?:条件下|环境下|工况下?|下|时|后|内|的)?)*"
)
r"""What may stand between a name and its value. \0 is an earlier value of the same kind, which
"由 … 提高到" leaves behind; \1 a quantity of another kind, which is the condition it holds under.
A change without 到, 至 or 为 (提高20%) is no filler: it states a difference."""

OTHERS = re.compile(
    r"(?<![比较与同])(?:现有(?:技术|工艺|产品|方法|材料|水平|方案)|传统|常规|目前|原有|原来|以往|以前"
    r"|国外|国内|进口|同类|普通|一般|对照|竞品|市售|未改性|标准|国标|规定)"
)
"""Who else a sentence may speak of, unless it compares with them (与传统工艺相比)."""

OWN = re.compile(
    r"本(?:成果|技术|项目|方法|工艺|产品|装置|系统|发明|材料|团队)|该(?:成果|技术|产品)|而"
    r"|改进后|改造后"
)
"""What turns a sentence back to the result itself."""

NOT_YET = re.compile(
    r"目标|预期|预计|有望|拟|计划|要求|期望|争取|下一步|将达|难以|未能|未达|尚未|无法|不能|不到"
    r"|解决|针对|克服|避免"
)
PROBLEM = re.compile(r"问题|难题|[的等]缺陷|瓶颈|痛点|难以")
CHANGED = re.compile(
    r"(?:提高|提升|增加|增长|降低|下降|减少|缩短|延长|节约|节省|高|低|多|少)了?约?$"
)
NAME_GOES_ON = frozenset("损衰波偏下")
"""How a longer name goes on after a value and a name: 90%收率损失."""

DIFFERENCE = re.compile(r"差|升$|波动|均匀|精度|漂|变化|稳定")
"""Names of differences, where a degree Celsius is a kelvin."""

SMALL_IS_GOOD = re.compile(r"误差|精度|偏差|粗糙|分辨|波动|噪|检出限|时间|能耗|成本")
COVERS = re.compile(r"范围|量程|(?:使用|工作|服役|适用)温度")
"""Names of ranges that are to hold the one wanted, rather than to lie within it."""
ADJUSTABLE = re.compile(r"[^，。；]{0,3}(?:可调|可控|可设|可选|任意|内设定|之间设定)")

GOAL = re.compile(
    r"要求|需|希望|期望|目标|指标|应|力争|实现|达到|使|降[至到低]|控制在|提高到|不|[≥≤<>]|至少|至多"
)
"""What tells a wish from a complaint in a need: 希望良率高于95%, not 废品率高于5%."""
LEADS_TO_VALUE = re.compile(r"(?:[\s:：=为是应达到需可约]|控制在|保持|稳定在|提高到|降低?[至到])*$")
NAME_AT_END = re.compile(r"[\u4e00-\u9fffa-zδ·/-]{2,14}$")
LEAD_IN = re.compile(
    r".*(?:要求|希望|期望|需要|实现|达到|保持|保证|确保|满足|目标|指标|具有|以及|同时|产品|材料|使其"
    r"|使(?!用)|将|把|让|其|的|且|并|和|及|与|、)"
)
HEAD = re.compile(
    r"(?:强度|硬度|密度|精度|温度|厚度|粗糙度|粘度|黏度|纯度|速度|浓度|灵敏度|寿命|效率|系数|模量|误差"
    r"|偏差|时间|周期|次数|容量|功率|功耗|能耗|电耗|损耗|噪声|噪音|成本|含量|用量|产量|产能|重量|粒径"
    r"|孔径|直径|尺寸|压力|压降|电压|电流|电阻|转速|流量|面积|带宽|时延|延迟|距离|水分|[\u4e00-\u9fff]率"
    r"|cop|cod|toc)$"
)
"""How the name of a metric ends."""
